import { setTimeout as sleep } from 'node:timers/promises';
import { markOf } from '../../simulation/mark.ts';
import type { Lane } from './lane.ts';
import type { Target } from './recorder.ts';
import type { Act, Scenario } from './scenarios.ts';

/** What a run without a crash made: the calls to be killed at, and what every other run must come to. */
export interface Reference {
  readonly calls: readonly string[];
  readonly result: string;
}

/** Other processes work meanwhile. Undefined when it did not come true in time. */
async function until(check: () => boolean): Promise<true | undefined> {
  const deadline = performance.now() + 60_000;
  while (!check()) {
    if (performance.now() > deadline) return undefined;
    await sleep(5);
  }
  return true;
}

/** Runs the scenario with no crash, and leaves the lane as it was. */
export async function referenceOf(lane: Lane, scenario: Scenario, service: string): Promise<Reference> {
  await prepare(lane, scenario, service);
  await work(lane, scenario.act, service);
  const reference = { calls: [...lane.recorder.calls()], result: resultOf(lane, service) };
  const left = await finish(lane, scenario, service);
  if (left !== undefined) throw new Error(`${scenario.name}, without a crash: ${left}`);
  return reference;
}

/**
 * The controller dies at the call, another one begins and finishes, and then the Service goes. Gives what is wrong, or
 * undefined.
 */
export async function crashAt(
  lane: Lane,
  scenario: Scenario,
  target: Target,
  { result }: Reference,
  service: string,
): Promise<string | undefined> {
  await prepare(lane, scenario, service);
  const ip = ipOf(lane, service);
  const uid = latestOf(lane, service)?.uid;
  if (scenario.keepsAddress && ip !== undefined && uid !== undefined) lane.hold(uid, ip);
  let ended: number | string | undefined;
  lane.recorder.begin(service, target, async () => {
    ended = await lane.kill();
  });
  await scenario.act.do(lane, service);
  await until(() => ended !== undefined);
  if (ended !== 'SIGKILL') return `there was no such call; ${ended ?? 'it lives'}`;
  const reserved = scenario.act.ends === 'EnsuredLoadBalancer' ? reservedFor(lane, service) : [];

  lane.start();
  await until(() => resultOf(lane, service) === result);
  if (resultOf(lane, service) !== result) return `not finished: ${difference(result, resultOf(lane, service))}`;
  const now = ipOf(lane, service);
  if (scenario.keepsAddress && now !== ip) return `the address ${ip} became ${now}`;
  // What was reserved when it died is what the Service gets, when it had none before.
  if (ip === undefined && reserved.length > 0 && now !== reserved[0])
    return `${reserved.join()} was given up for ${now}`;
  lane.release();
  const left = await finish(lane, scenario, service);
  return left ?? lane.broken.at(-1);
}

async function prepare(lane: Lane, { before }: Scenario, service: string): Promise<void> {
  for (const act of before) await work(lane, act, service);
}

/** Until the controller has done all that it does about it. */
async function work(lane: Lane, act: Act, service: string): Promise<void> {
  lane.recorder.begin(service);
  await act.do(lane, service);
  const { recorder } = lane;
  if (await until(() => recorder.answered(`${act.ends} of web`) && recorder.quiet())) return;
  throw new Error(`waited for ${act.ends}; calls: ${recorder.calls().join('; ')}\n${lane.errors()}`);
}

/** Takes everything away. Gives what is left. */
async function finish(lane: Lane, { act }: Scenario, service: string): Promise<string | undefined> {
  if (latestOf(lane, service)) await lane.remove(service).catch(() => undefined);
  await act.undo?.(lane);
  const marked = (): string[] => [...lane.mirror.resources].flatMap(([key, body]) => (markOf(body) ? [key] : []));
  await until(() => latestOf(lane, service) === undefined && marked().length === 0);
  if (latestOf(lane, service)) return `the Service stays, with ${marked().join(', ') || 'nothing'}`;
  return marked().length === 0 ? undefined : `left: ${marked().join(', ')}`;
}

const latestOf = (lane: Lane, service: string) =>
  lane.services.present('crash').find(({ key }) => key === `default/${service}`);

const ipOf = (lane: Lane, service: string): string | undefined => latestOf(lane, service)?.latest.status.ingress[0]?.ip;

const reservedFor = (lane: Lane, service: string): readonly unknown[] =>
  lane.mirror
    .of('addresses')
    .flatMap(([, body]) => (markOf(body)?.uid === latestOf(lane, service)?.uid ? [body['address']] : []));

/** All that is in the cloud and in the Service's status, without what differs from one run to the next. */
function resultOf(lane: Lane, service: string): string {
  const { uid = '-', latest } = latestOf(lane, service) ?? {};
  const { finalizers } = latest?.metadata ?? {};
  const { ingress, conditions } = latest?.status ?? {};
  const said = conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message }));
  const ours = [...lane.mirror.resources].filter(([, body]) => markOf(body)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify(
    { finalizers, ingress, said, ours },
    (key, value: unknown) =>
      ['id', 'fingerprint', 'creationTimestamp', 'labelFingerprint'].includes(key) ? undefined : value,
    1,
  );
  const known = text.replaceAll(uid, 'UID').replaceAll(new RegExp(`\\b${service}\\b`, 'g'), 'web');
  const ip = ipOf(lane, service);
  return (ip === undefined ? known : known.replaceAll(ip, 'IP')).replaceAll(/-[0-9a-f]{8}(?=[-"/\\])/g, '');
}

/** The first line in which two texts differ. */
function difference(wanted: string, found: string): string {
  const lines = found.split('\n');
  const at = wanted.split('\n').findIndex((line, index) => line !== lines[index]);
  return `${lines[at]?.trim()} instead of ${wanted.split('\n')[at]?.trim()}`;
}
