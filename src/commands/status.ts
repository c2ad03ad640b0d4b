import { Command, Option } from 'commander';
import { systemClock } from '../clock.ts';
import type { ServiceOverview } from '../controller/overview.ts';
import { PorticoError } from '../errors.ts';
import { renderTree } from '../graph/render-tree.ts';
import { keyIn } from '../model/service.ts';
import { nearest } from '../model/nearest.ts';
import { ageOf, painter, table, type Terminal } from '../terminal.ts';
import { readingSettings } from './reading-settings.ts';
import { addSettings, configFrom, type Flags } from './setting-flags.ts';

interface StatusFlags {
  readonly watch?: true;
  readonly output: 'text' | 'json';
}

/** `portico status`: where every Service stands, or one of them from its rule to its nodes. */
export function statusCommand(terminal: Terminal): Command {
  const command = new Command('status')
    .description('Show where Services stand: address, state, why and since when, healthy nodes.')
    .argument(
      '[service]',
      'a Service as NAMESPACE/NAME, or NAME in the namespace of the kubeconfig, shown with all it has in the cloud',
    )
    .option('-w, --watch', 'go on, and show it again when it changes')
    .addOption(new Option('-o, --output <FORMAT>', 'how to show it').choices(['text', 'json']).default('text'));
  return addSettings(command, readingSettings).action(
    async (key: string | undefined, { watch, output, ...flags }: Flags & StatusFlags) => {
      const config = await configFrom(flags, terminal);
      const { withOverview } = await import('../wiring.ts');
      await withOverview(config, terminal, async (look, namespace) => {
        const full = key === undefined ? undefined : keyIn(namespace, key);
        const show = async (): Promise<string> =>
          render(pick(await look(), full), full !== undefined, output, terminal);
        let shown = await show();
        terminal.out(shown);
        if (!watch) return;
        for (;;) {
          await systemClock.sleep(pause, terminal.signal);
          const text = await show();
          if (text !== shown) terminal.out(terminal.interactive ? `${clearScreen}${text}` : text);
          shown = text;
        }
      });
    },
  );
}

/** Between two looks with --watch, in milliseconds. */
const pause = 2000;
const clearScreen = '\u001B[H\u001B[2J';

function pick(all: readonly ServiceOverview[], key: string | undefined): readonly ServiceOverview[] {
  if (key === undefined) return all;
  const found = all.filter((each) => each.key === key);
  if (found.length > 0) return found;
  const near = nearest(
    key,
    all.map((each) => each.key),
  );
  const hint =
    near === undefined ? ' Give NAMESPACE/NAME of a Service of type LoadBalancer.' : ` Did you mean ${near}?`;
  throw new PorticoError('not-found', `Portico serves no Service ${key}.${hint}`, { object: `Service ${key}` });
}

function render(
  overviews: readonly ServiceOverview[],
  alone: boolean,
  output: StatusFlags['output'],
  terminal: Terminal,
): string {
  if (output === 'json') return `${JSON.stringify(overviews.map(jsonOf), null, 2)}\n`;
  if (overviews.length === 0) return 'No Services of type LoadBalancer.\n';
  return overviewTable(overviews) + (alone ? overviews.map((each) => details(each, terminal)).join('') : '');
}

const overviewTable = (overviews: readonly ServiceOverview[]): string =>
  table(
    ['SERVICE', 'ADDRESS', 'STATE', 'SINCE', 'NODES', 'WHY'],
    overviews.map((each) => [
      each.key,
      each.addresses.join(',') || '<none>',
      each.state,
      each.since === '' ? '' : ageOf(systemClock.now() - Date.parse(each.since)),
      nodesOf(each),
      each.why.length > longestWhy ? `${each.why.slice(0, longestWhy - 1)}…` : each.why,
    ]),
  );

/** A table is for an overview; the Service alone is shown with all of it. */
const longestWhy = 100;

const nodesOf = ({ nodes }: ServiceOverview): string =>
  nodes === undefined ? '-' : `${nodes.filter(({ healthy }) => healthy).length}/${nodes.length}`;

function details({ why, graph, nodes }: ServiceOverview, terminal: Terminal): string {
  const paint = painter(terminal);
  const health = (nodes ?? []).map(
    ({ node, healthy }) => `  ${node}  ${healthy ? paint('create', 'healthy') : paint('delete', 'unhealthy')}\n`,
  );
  return [
    `\n${why}\n`,
    graph.size === 0 ? '\nNothing of it is in the cloud.\n' : `\n${renderTree(graph)}`,
    ...(health.length === 0 ? [] : ['\nNodes, as the cloud’s health checks see them:\n', ...health]),
  ].join('');
}

const jsonOf = ({ key, addresses, state, why, since, nodes, graph }: ServiceOverview): object => ({
  service: key,
  addresses,
  state,
  why,
  since: since === '' ? null : since,
  nodes: nodes ?? null,
  resources: [...graph.values()],
});
