import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeApi, type KubeApiServer, startKubeApiServer } from '../../../mocks/index.ts';
import { ask, textOfAnswer } from '../../mocks/kube-apiserver/ask.ts';
import { type Binding, createBinding } from '../../mocks/kube-apiserver/traces/binding.ts';
import { differences } from '../../mocks/kube-apiserver/traces/compare.ts';
import { authOf, createIdentities } from '../../mocks/kube-apiserver/traces/identities.ts';
import type {
  RecordedCase,
  RecordedRequest,
  RecordedRun,
  RecordedStep,
} from '../../mocks/kube-apiserver/traces/recorded.ts';
import { parsed } from '../../mocks/kube-apiserver/traces/replay.ts';
import { requestOf, translated } from '../../mocks/kube-apiserver/traces/request.ts';
import { type Kubectl, kubectl } from './kubectl.ts';
import { askedFor, normalised } from './output.ts';

export interface RunVerdict {
  readonly run: RecordedRun;
  /** Empty when kubectl did and said the same as against the recorded server. */
  readonly differences: readonly string[];
}

interface Cluster {
  readonly server: KubeApiServer;
  readonly binding: Binding;
  readonly home: string;
  readonly asked: ReadonlySet<string>;
  readonly steps: readonly RecordedStep[];
  /** Ids of the requests that kubectl made: it makes them again. */
  readonly byRuns: ReadonlySet<string>;
}

interface Running {
  readonly run: RecordedRun;
  readonly process: Kubectl;
}

/** Runs kubectl as in the case, with the raw requests of the case in between, against a fresh cluster. */
export async function replayRuns(recorded: RecordedCase): Promise<readonly RunVerdict[]> {
  const { controllers, steps } = recorded;
  const several = hasIdentities(recorded);
  // kubectl keeps tokens to itself where there is no TLS.
  const server = await startKubeApiServer({
    seed: 1,
    controllers,
    ...(several ? { auth: authOf(recorded), tls: true } : {}),
  });
  const home = await mkdtemp(join(tmpdir(), 'portico-kubectl-'));
  const binding = createBinding(() => server.api.store.revision());
  if (several) await createIdentities(recorded, server.api, binding);
  await writeKubeconfigs(recorded, server, home, binding);
  const byRuns = new Set(steps.flatMap((step) => (step.kind === 'cli' ? step.requests : [])));
  const cluster: Cluster = { server, binding, home, asked: askedFor(steps.map(sentBy)), steps, byRuns };
  const verdicts: RunVerdict[] = [];
  let latestMs = 0;
  let running: Running[] = [];
  const end = async (ending: readonly Running[]): Promise<void> => {
    running = running.filter((each) => !ending.includes(each));
    for (const { run, process } of ending) verdicts.push(await judged(run, process, cluster));
  };
  try {
    // Others than the administrator find the caches that he filled.
    if (several) await kubectl(['api-resources'], undefined, home, { KUBECONFIG: join(home, 'admin') }).done;
    for (const step of steps) {
      if (step.kind === 'note' || (step.kind === 'http' && (byRuns.has(step.id) || step.watch))) continue;
      await end(running.filter(({ run }) => run.atMs + run.durationMs <= step.atMs));
      // What runs on saw what came before this step.
      if (running.length > 0) await caughtUp(cluster, step.atMs);
      // As much time as controllers had in between.
      await sleep(Math.min(longestPauseMs, Math.max(0, step.atMs - latestMs)));
      latestMs = step.atMs;
      if (step.kind === 'http') await send(step, cluster);
      else running.push({ run: step, process: start(step, cluster) });
    }
    if (running.some(({ run }) => run.exitCode === null)) await caughtUp(cluster, Number.POSITIVE_INFINITY);
    await end(running);
    return verdicts;
  } finally {
    for (const { process } of running) process.stop();
    await server.close();
    await rm(home, { recursive: true, force: true });
  }
}

function start(run: RecordedRun, { home, binding }: Cluster): Kubectl {
  const input = run.stdin === undefined ? undefined : inputOf(run.stdin, binding);
  return kubectl(
    run.args.map((arg) => binding.translate(arg)),
    input,
    home,
    {
      KUBECONFIG: join(home, run.as),
      ...(run.coldCache ? { KUBECACHEDIR: join(home, `cache of ${run.id.replaceAll('/', ' ')}`) } : {}),
      ...run.env,
    },
  );
}

/** Whether others than the administrator have their say. */
function hasIdentities({ steps }: RecordedCase): boolean {
  return steps.some((step) => step.kind !== 'note' && step.as !== 'admin');
}

/** One file for each identity, by its name. */
async function writeKubeconfigs(
  recorded: RecordedCase,
  server: KubeApiServer,
  home: string,
  binding: Binding,
): Promise<void> {
  const identities = new Set(recorded.steps.flatMap((step) => (step.kind === 'cli' ? step.as : [])));
  for (const identity of identities.add('admin')) {
    // What the recorder wrote in place of a token is the administrator's as it is.
    const token = binding.value('token', `<${identity}>`) ?? `<${identity}>`;
    const text = server.kubeconfig(hasIdentities(recorded) ? token : undefined);
    // Where kubectl has nothing to show it asks for a password; the server takes none, and so it comes as nobody.
    const nobody = text.replace(/token: .*/, 'username: nobody\n      password: none');
    await writeFile(join(home, identity), identity === 'none' ? nobody : text);
  }
}

function inputOf(stdin: unknown, binding: Binding): string {
  return typeof stdin === 'string' ? binding.translate(stdin) : JSON.stringify(translated(stdin, '', binding));
}

const sentBy = (step: RecordedStep): unknown =>
  step.kind === 'cli' ? [step.args, step.stdin, step.env] : step.kind === 'http' ? step.reqBody : undefined;

async function send(request: RecordedRequest, { server, binding }: Cluster): Promise<void> {
  const { body } = await server.api.handle(requestOf(request, binding, new AbortController().signal));
  if (body instanceof Uint8Array) bind(request.resBody, parsed(new TextDecoder().decode(body)), binding);
}

/** Learns what the mock chose in place of what the recorded server chose. */
function bind(recorded: unknown, given: unknown, binding: Binding): void {
  differences(recorded, given, { binding, path: [], dryRun: false, collective: false });
}

/** A run's own answers went to kubectl: what the mock chose is read from the objects as they are now. */
function learn(run: RecordedRun, { server, binding, steps }: Cluster): void {
  for (const step of steps) {
    if (step.kind !== 'http' || !run.requests.includes(step.id) || step.status > 201) continue;
    const object = step.resBody as { readonly metadata?: { readonly name?: string; readonly uid?: string } } | null;
    const { name, uid } = object?.metadata ?? {};
    const stored = uid === undefined || name === undefined ? undefined : find(server.api, step.path, name);
    if (stored !== undefined) bind(object, stored, binding);
  }
}

function find({ store }: KubeApi, path: string, name: string): unknown {
  const found = /^\/(?:api|apis\/([^/]+))\/v1(?:\/namespaces\/([^/?]+))?\/([^/?]+)/.exec(path);
  const [, group = '', namespace, plural = ''] = found ?? [];
  return store.get(`${group}/${plural}`, namespace === undefined ? name : `${namespace}/${name}`);
}

async function judged(run: RecordedRun, process: Kubectl, cluster: Cluster): Promise<RunVerdict> {
  if (run.exitCode === null) {
    const lines = run.stdout?.split('\n').length ?? 0;
    await waitFor(() => process.printed().split('\n').length >= lines);
    process.stop();
  }
  const ran = await process.done;
  learn(run, cluster);
  const found = ran.exitCode === run.exitCode ? [] : [`exit code: ${ran.exitCode} for ${run.exitCode}`];
  for (const stream of ['stdout', 'stderr'] as const) {
    const [old, now] = [run[stream] ?? '', ran[stream]].map((text) => normalised(text, cluster.asked));
    if (old !== now) found.push(`${stream}: ${changes(old ?? '', now ?? '')}`);
  }
  return { run, differences: found };
}

/** The lines between those with which both texts begin and end. */
function changes(recorded: string, given: string): string {
  const [old, now] = [recorded.split('\n'), given.split('\n')];
  let first = 0;
  while (first < Math.min(old.length, now.length) && old[first] === now[first]) first += 1;
  let last = 0;
  while (last < Math.min(old.length, now.length) - first && old.at(-1 - last) === now.at(-1 - last)) last += 1;
  const [was, is] = [old, now].map((lines) => lines.slice(first, lines.length - last).join('\n'));
  return `${is}\n  for\n${was}`;
}

const patienceMs = 3000;
const longestPauseMs = 50;

/** Waits until the mock had as many requests for resources as the recorded server had by then, and what they led to. */
async function caughtUp({ server, steps, byRuns }: Cluster, atMs: number): Promise<void> {
  const due = steps.filter((step) => step.kind === 'http' && step.atMs < atMs && isSent(step, byRuns)).length;
  await waitFor(async () => (await requests(server)) >= due);
  await sleep(150);
}

/** Until the condition holds, or for as long as anything here takes at most. */
async function waitFor(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition()) && performance.now() < deadline) await sleep(20);
}

/** Raw watches are left out: the replay of the requests compares them. */
function isSent({ id, path, watch }: RecordedRequest, byRuns: ReadonlySet<string>): boolean {
  return /^\/(api|apis\/[^/]+)\/v1\/[^?]/.test(path) && (byRuns.has(id) || !watch);
}

async function requests(server: KubeApiServer): Promise<number> {
  const answer = await ask(server.api, 'GET', '/_portico/calls');
  const counts = JSON.parse(textOfAnswer(answer)) as Readonly<Record<string, number>>;
  return Object.entries(counts).reduce((sum, [method, count]) => (method === 'other' ? sum : sum + count), 0);
}
