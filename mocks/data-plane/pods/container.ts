import type { Clock } from '../../../src/clock.ts';
import { at, type JsonObject, textOf } from '../../kube-apiserver/json.ts';
import type { ContainerPhase, ContainerState } from '../../kube-controllers/pod-runtime.ts';
import type { Activity } from '../activity.ts';
import { failing, passing } from '../probe-streak.ts';
import { containerPorts } from './container-ports.ts';
import { containerProbe, keepProbing } from './container-probe.ts';
import { echoAnswer, type EchoIdentity, exitCode } from './echo-answer.ts';
import type { ContainerLog } from './container-logs.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
const firstBackoffMs = 10_000;
const longestBackoffMs = 300_000;
const forgivenAfterMs = 600_000;

const killed = 137;

export interface ContainerOptions {
  readonly spec: JsonObject;
  readonly identity: EchoIdentity;
  /** Of the pod, on the wire. */
  readonly address: string;
  readonly restartPolicy: string;
  readonly clock: Clock;
  readonly activity: Activity;
  /** The address as the cluster knows it, of one on the wire. */
  readonly seen: (wire: string) => string;
  readonly log: ContainerLog;
  /** The state has changed. */
  readonly changed: () => void;
}

export interface Container {
  state(): ContainerState;
  /** Runs its `preStop`, then ends as the manifest's grace lets it. Resolves when nothing of it runs. */
  stop(graceMs: number): Promise<void>;
  /** Ends at once and says nothing any more. */
  abandon(): void;
}

/** One container of a pod: an echo server that is started, probed and started again as its manifest says. */
export function runContainer(options: ContainerOptions): Container {
  const { spec, identity, address, restartPolicy, clock, activity, seen, log: written, changed } = options;
  const log = (text: string): void => written.write(text);
  const files = new Set<string>();
  const around = { clock, activity, address, exec: (command: readonly string[]) => exitCode(command, files) };
  let phase: ContainerPhase = { type: 'waiting', reason: 'ContainerCreating' };
  let lastState: ContainerPhase | undefined;
  let ready = false;
  let restarts = 0;
  let backoffMs = firstBackoffMs;
  let server: EchoServer | undefined;
  let over = false;
  let cancels: (() => void)[] = [];

  const stopTimers = (): void => {
    for (const cancel of cancels) cancel();
    cancels = [];
  };
  const setReady = (now: boolean): void => {
    if (ready === now) return;
    ready = now;
    changed();
  };

  async function start(): Promise<void> {
    const done = activity.begin();
    written.begin();
    try {
      server = await startEchoServer({
        address,
        ports: containerPorts(spec),
        clock,
        answer: echoAnswer(identity, {
          seen,
          log,
          files,
          exit: (code) => exited(code, code === 0 ? 'Completed' : 'Error'),
          after: (ms, callback) => {
            clock.after(ms, callback);
          },
        }),
      });
      if (over) server.kill();
      else started();
    } catch (error) {
      log(`cannot listen: ${error instanceof Error ? error.message : String(error)}`);
      if (!over) exited(1, 'Error');
    } finally {
      done();
    }
  }

  function started(): void {
    phase = { type: 'running', startedAtMs: clock.now() };
    log(
      `listening on ${containerPorts(spec)
        .map(({ port, protocol }) => `${port}/${protocol}`)
        .join(', ')}`,
    );
    const startup = containerProbe(spec, 'startupProbe');
    if (!startup) probe();
    else {
      let failures = 0;
      const end = keepProbing(startup, failing, around, (streak) => {
        if (streak.passing) {
          end();
          probe();
        } else if (streak.opposite === 0) failures += 1;
        if (failures >= startup.toFail) exited(killed, 'Error');
      });
      cancels.push(end);
    }
    changed();
  }

  function probe(): void {
    const [readiness, liveness] = [containerProbe(spec, 'readinessProbe'), containerProbe(spec, 'livenessProbe')];
    if (!readiness) setReady(true);
    else cancels.push(keepProbing(readiness, failing, around, (streak) => setReady(streak.passing)));
    if (!liveness) return;
    cancels.push(
      keepProbing(liveness, passing, around, (streak) => {
        if (!streak.passing) exited(killed, 'Error');
      }),
    );
  }

  function exited(code: number, reason: string): void {
    if (over) return;
    stopTimers();
    written.end();
    server?.kill();
    server = undefined;
    ready = false;
    files.clear();
    const finishedAtMs = clock.now();
    const startedAtMs = phase.type === 'running' ? phase.startedAtMs : finishedAtMs;
    const ended: ContainerPhase = { type: 'terminated', exitCode: code, reason, startedAtMs, finishedAtMs };
    const again = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && code !== 0);
    if (!again) phase = ended;
    else {
      if (finishedAtMs - startedAtMs >= forgivenAfterMs) backoffMs = firstBackoffMs;
      lastState = ended;
      restarts += 1;
      // The first time it is started again at once.
      const waitMs = restarts === 1 ? 0 : backoffMs;
      phase = { type: 'waiting', reason: 'CrashLoopBackOff', message: `back-off ${waitMs / 1000}s restarting` };
      if (restarts > 1) backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
      cancels.push(clock.after(waitMs, () => void start()));
    }
    changed();
  }

  void start();
  return {
    state: () => ({
      name: textOf(spec['name']),
      state: phase,
      ...(lastState ? { lastState } : {}),
      ready,
      restartCount: restarts,
    }),
    async stop(graceMs) {
      const preStopMs = Math.min(preStopOf(spec), graceMs);
      if (preStopMs > 0 && server) await new Promise<void>((resolve) => clock.after(preStopMs, resolve));
      over = true;
      stopTimers();
      await server?.stop(graceMs - preStopMs);
      written.end();
    },
    abandon() {
      over = true;
      stopTimers();
      written.end();
      server?.kill();
    },
  };
}

/** How long `preStop` takes, in milliseconds: `sleep`, or a command that sleeps. */
function preStopOf(spec: JsonObject): number {
  const hook = at(spec, 'lifecycle', 'preStop');
  const seconds = at(hook, 'sleep', 'seconds');
  if (typeof seconds === 'number') return seconds * 1000;
  const command = at(hook, 'exec', 'command');
  const text = Array.isArray(command) ? command.map((each) => textOf(each)).join(' ') : '';
  return Number(/(?:^|[\s/])sleep (\d+(?:\.\d+)?)s?$/.exec(text)?.[1] ?? 0) * 1000;
}
