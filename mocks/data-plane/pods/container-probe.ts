import type { Clock } from '../../../src/clock.ts';
import { at, isObject, type Json, type JsonObject, listOf, textOf } from '../../kube-apiserver/json.ts';
import type { Activity } from '../activity.ts';
import { afterProbe, type Streak, type Thresholds } from '../probe-streak.ts';
import { ask, type Question } from '../sockets/probe.ts';
import { portNumber } from './container-ports.ts';

/** A readiness, liveness or startup probe, with its defaults. Times in milliseconds. */
export interface ContainerProbe extends Thresholds {
  readonly delayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly how:
    | { readonly type: 'ask'; readonly host: string | undefined; readonly port: number; readonly question: Question }
    | { readonly type: 'exec'; readonly command: readonly string[] }
    /** Nothing that could succeed: a port name the container does not have, or gRPC. */
    | { readonly type: 'impossible' };
}

const number = (value: Json | undefined, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ */
export function containerProbe(container: JsonObject, name: string): ContainerProbe | undefined {
  const probe = container[name];
  if (!isObject(probe)) return undefined;
  return {
    delayMs: number(probe['initialDelaySeconds'], 0) * 1000,
    periodMs: number(probe['periodSeconds'], 10) * 1000,
    timeoutMs: number(probe['timeoutSeconds'], 1) * 1000,
    toPass: number(probe['successThreshold'], 1),
    toFail: number(probe['failureThreshold'], 3),
    how: howOf(container, probe),
  };
}

function howOf(container: JsonObject, probe: JsonObject): ContainerProbe['how'] {
  const exec = at(probe, 'exec', 'command');
  if (exec !== undefined) return { type: 'exec', command: listOf(exec).map(textOf) };
  const [action, question] = isObject(probe['httpGet'])
    ? [probe['httpGet'], httpQuestion(probe['httpGet'])]
    : [probe['tcpSocket'], { type: 'tcp' } as const];
  const port = portNumber(container, at(action, 'port'));
  if (port === undefined || textOf(at(action, 'scheme')) === 'HTTPS') return { type: 'impossible' };
  return { type: 'ask', host: textOf(at(action, 'host')) || undefined, port, question };
}

function httpQuestion(action: JsonObject): Question {
  const headers = listOf(action['httpHeaders']).map((each) => [textOf(at(each, 'name')), textOf(at(each, 'value'))]);
  return {
    type: 'http',
    path: textOf(action['path']) || '/',
    headers: { 'user-agent': 'kube-probe/1.36', accept: '*/*', ...Object.fromEntries(headers) },
  };
}

export interface ProbeSurroundings {
  readonly clock: Clock;
  readonly activity: Activity;
  /** Of the pod, on the wire. */
  readonly address: string;
  /** Exit code of a command in the container. */
  readonly exec: (command: readonly string[]) => number;
}

/** Whether one probe succeeds: any HTTP status from 200 to 399, a connection, exit code 0. */
async function succeeds({ how, timeoutMs }: ContainerProbe, around: ProbeSurroundings): Promise<boolean> {
  switch (how.type) {
    case 'exec':
      return around.exec(how.command) === 0;
    case 'impossible':
      return false;
    case 'ask': {
      const { port, question } = how;
      const answer = await ask({ address: how.host ?? around.address, port, question, timeoutMs }, around.clock);
      if (!answer.reached) return false;
      return question.type === 'tcp' || (answer.status !== undefined && answer.status >= 200 && answer.status < 400);
    }
    default:
      return how satisfies never;
  }
}

/** Probes again and again, and tells the streak after each probe. The returned function ends it. */
export function keepProbing(
  probe: ContainerProbe,
  start: Streak,
  around: ProbeSurroundings,
  told: (streak: Streak) => void,
): () => void {
  let over = false;
  let streak = start;
  let cancel = around.clock.after(probe.delayMs, () => void once());
  async function once(): Promise<void> {
    const done = around.activity.begin();
    const success = await succeeds(probe, around);
    if (!over) {
      streak = afterProbe(streak, success, probe);
      cancel = around.clock.after(probe.periodMs, () => void once());
      told(streak);
    }
    done();
  }
  return () => {
    over = true;
    cancel();
  };
}
