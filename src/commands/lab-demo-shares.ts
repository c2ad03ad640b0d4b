import { table } from '../terminal.ts';
import type { Answers } from './lab-demo-traffic.ts';

export interface Share {
  readonly pod: string;
  readonly node: string;
  /** Percent of all answers. */
  readonly percent: number;
  /** Percent of its answers whose client came by another node. */
  readonly secondHop: number;
  /** Addresses that the pod saw. */
  readonly clients: readonly string[];
}

/**
 * Who answered how often, by node and pod. A client that is seen with the address of another node than the pod's came
 * by that one. Pure.
 */
export function sharesOf(answers: Answers, nodeByIp: ReadonlyMap<string, string> = new Map()): readonly Share[] {
  const given = answers.filter((answer) => answer !== undefined);
  return [...Map.groupBy(given, ({ pod }) => pod)]
    .map(([pod, own]) => ({
      pod,
      node: own[0]?.node ?? '',
      percent: (100 * own.length) / given.length,
      secondHop: (100 * own.filter(({ node, client }) => (nodeByIp.get(client) ?? node) !== node).length) / own.length,
      clients: [...new Set(own.map(({ client }) => client))].toSorted(),
    }))
    .toSorted((a, b) => (a.node === b.node ? Number(a.pod > b.pod) - 0.5 : Number(a.node > b.node) - 0.5));
}

export function sharesTable(answers: Answers, nodeByIp: ReadonlyMap<string, string>): string {
  const lost = answers.filter((answer) => answer === undefined).length;
  const rows = sharesOf(answers, nodeByIp).map(({ pod, node, percent, secondHop, clients }) => [
    node,
    pod,
    `${percent.toFixed(0)} %`,
    `${secondHop.toFixed(0)} %`,
    clients.join(', '),
  ]);
  return (
    table(['NODE', 'POD', 'ANSWERS', 'BY ANOTHER NODE', 'SAW'], rows) +
    (lost === 0 ? '' : `${lost} requests had no answer.\n`)
  );
}

/** `3 of 6`. */
export const answered = (answers: Answers): string =>
  `${answers.filter((answer) => answer !== undefined).length} of ${answers.length}`;
