import { table } from '../terminal.ts';
import type { LabCloud } from './lab-cloud.ts';
import { datagramName, name, nodePortName, refusedName, webPort } from './lab-demo-manifests.ts';
import { removeService, type Stage, until } from './lab-demo-stage.ts';
import { type Answers, askMany, askOnce, type Second, underLoad } from './lab-demo-traffic.ts';

/** Seconds without a loss after which nothing more is expected, and the most to wait for them. */
const quiet = 3;
const longest = 30;
const goneNode = 'node-2';

const isOver = (seconds: readonly Second[]): boolean => {
  const lossy = seconds.findLastIndex(({ asked, answered }) => answered < asked);
  return seconds.length >= longest || (seconds.length > 4 && seconds.length - 1 - lossy >= quiet);
};

/** A machine is switched off while clients connect: what they notice, until the balancer has. */
export async function showLostNode(stage: Stage, ip: string): Promise<void> {
  const { cloud, undoing, clock, signal, out, nodes } = stage;
  const zone = nodes.find((each) => each.name === goneNode)?.zone ?? '';
  const machine = `zones/${zone}/instances/${goneNode}`;
  const asking = { ip, port: webPort };
  let stopped: Promise<void> | undefined;
  let seconds: readonly Second[] = [];
  let still: Answers = [];
  try {
    seconds = await underLoad(asking, clock, signal, (past) => {
      if (past.length > 0) stopped ??= cloud.change('POST', `${machine}/stop`);
      return !isOver(past);
    });
    await stopped;
    still = await askMany(asking, 30, signal);
  } finally {
    if (stopped) await undoing.change('POST', `${machine}/start`);
  }
  const lost = seconds.reduce((sum, { asked, answered }) => sum + asked - answered, 0);
  const last = seconds.findLastIndex(({ asked, answered }) => answered < asked);
  const left = new Set(still.map((answer) => answer?.node ?? 'nobody'));
  const since = clock.monotonic();
  await until(stage, `answers of ${goneNode} again`, async () => (await askOnce(asking, signal))?.node === goneNode);
  out(`
8. A node is switched off under load. Nodes are probed every second here; two bad answers, and no new connection goes there.

$ portico lab node stop ${goneNode}
${table(
  ['SECOND', 'ASKED', 'ANSWERED'],
  seconds.map(({ asked, answered }, index) => [String(index + 1), String(asked), String(answered)]),
)}
${lost} of ${seconds.reduce((sum, { asked }) => sum + asked, 0)} requests were lost, the last in second ${last + 1}. Then only ${[...left].toSorted().join(', ')} answered.

$ portico lab node start ${goneNode}
It answers again after ${((clock.monotonic() - since) / 1000).toFixed(1)} s.
`);
}

const kinds = [
  'global/firewalls',
  '{region}/forwardingRules',
  '{region}/addresses',
  '{region}/backendServices',
  '{region}/healthChecks',
] as const;

/** What there is of each kind in the cloud. */
export type Inventory = readonly (readonly string[])[];

export const inventory = (cloud: LabCloud): Promise<Inventory> =>
  Promise.all(kinds.map((collection) => cloud.names(collection)));

/** The Services are deleted: the address refuses, and the cloud has again what it had before. */
export async function showDeletion(stage: Stage, ip: string, before: Inventory): Promise<void> {
  const { cloud, signal, out } = stage;
  const present = await inventory(cloud);
  const mine = [name, datagramName, refusedName, nodePortName];
  for (const each of mine) await removeService(stage, each);
  const after = await until(stage, 'a cloud as it was before', async () => {
    const left = await inventory(cloud);
    return left.every((names, index) => names.every((each) => before[index]?.includes(each))) && left;
  });
  const answer = await askOnce({ ip, port: webPort }, signal);
  out(`
9. The Services are deleted: ${answer === undefined ? 'nobody answers any more' : 'somebody still answers'} at ${ip}, and nothing of them is left in the cloud.

$ kubectl delete service ${mine.join(' ')}
${table(
  ['IN THE CLOUD', 'BEFORE', 'WITH THEM', 'AFTER'],
  kinds.map((kind, index) => [
    kind.replace(/^.*\//, ''),
    ...[before, present, after].map((each) => String(each[index]?.length ?? 0)),
  ]),
)}`);
}
