import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { crashAll } from './crash/run.ts';
import { scenarios } from './crash/scenarios.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portico-compiled-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A few of what `npm run test:crash` goes through: where the most depends on one call. */
const kills: Readonly<Record<string, readonly string[]>> = {
  create: [
    'after insert addresses portico-crash-default-web-ipv4',
    'after insert backendServices portico-crash-default-web-tcp',
    'before insert forwardingRules portico-crash-default-web-ipv4',
    'after insert forwardingRules portico-crash-default-web-ipv4',
  ],
  'replace: another port': ['after delete forwardingRules portico-crash-default-web-ipv4'],
};

it('a controller that is killed in the middle: same address, nothing doubled, nothing left after the deletion', async () => {
  const cells = await crashAll(
    scenarios.filter(({ name }) => name in kills),
    {
      lanes: 2,
      folderOfCode: folder,
      wanted: ({ scenario, moment, call }) => kills[scenario]?.includes(`${moment} ${call}`) === true,
    },
  );
  const found = cells.map(
    ({ scenario, moment, call, problem }) => `${scenario}, ${moment} ${call}: ${problem ?? 'clean'}`,
  );
  const wanted = Object.entries(kills).flatMap(([scenario, each]) => each.map((kill) => `${scenario}, ${kill}: clean`));
  expect(found.toSorted()).toEqual(wanted.toSorted());
});
