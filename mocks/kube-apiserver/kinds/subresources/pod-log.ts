import { at, isObject, listOf, textOf } from '../../json.ts';
import { find, type Call } from '../../cluster.ts';
import type { FieldError, KubeObject, Subresource } from '../../kind.ts';
import { timestamp } from '../../metadata.ts';
import { ApiError, badRequest, invalid, notFound } from '../../status.ts';
import { plainHeaders, type KubeAnswer } from '../../wire.ts';
import type { LogLine, PodLogs } from '../../../kube-controllers/pod-runtime.ts';

/** `pods/log`: what a container has written, as text; of a pod on no node, and where nothing runs, nothing. */
export const podLog: Subresource = { name: 'log', verbs: ['get'], stream: log };

const optionsKind = { group: '', version: 'v1', kind: 'PodLogOptions', plural: 'podlogoptions' } as const;

interface LogOptions {
  readonly previous: boolean;
  readonly follow: boolean;
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  /** Milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly limitBytes: number;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod */
function log(call: Call): KubeAnswer {
  const pod = find(call);
  if (!pod) throw notFound(call.kind, call.name);
  const options = logOptions(call);
  const container = containerOf(pod, call.query.get('container') ?? '');
  const node = textOf(at(pod, 'spec', 'nodeName'));
  const { runtime } = call.cluster;
  if (node !== '' && runtime?.power?.isOn(node) === false) {
    throw new ApiError(500, 'InternalError', `Get "https://${node}:10250/containerLogs": dial tcp: i/o timeout`);
  }
  const logs = runtime?.logs;
  if (!logs || node === '') return textAnswer(new Uint8Array());
  const waiting = waitingReason(pod, container);
  const lines = logs.lines(pod, container, options.previous);
  if (options.previous && !lines) {
    throw badRequest(`previous terminated container ${quoted(container)} in pod ${quoted(call.name)} not found`);
  }
  if (!lines) {
    throw badRequest(
      `container ${quoted(container)} in pod ${quoted(call.name)} is waiting to start: ${waiting ?? 'ContainerCreating'}`,
    );
  }
  const shown = lines.filter(({ atMs }) => atMs >= options.sinceMs);
  const tail = options.tailLines === undefined ? shown : shown.slice(Math.max(0, shown.length - options.tailLines));
  const first = new TextEncoder()
    .encode(tail.map((line) => lineText(line, options)).join(''))
    .slice(0, options.limitBytes);
  if (!options.follow || options.previous) return textAnswer(first);
  return textAnswer(following(logs, pod, container, first, options, call.signal));
}

const textAnswer = (body: KubeAnswer['body']): KubeAnswer => ({
  status: 200,
  headers: { ...plainHeaders, 'Content-Type': 'text/plain' },
  body,
});

const quoted = (text: string): string => JSON.stringify(text);

const lineText = ({ atMs, text }: LogLine, { timestamps }: LogOptions): string =>
  timestamps ? `${new Date(atMs).toISOString().replace('Z', '000000Z')} ${text}\n` : `${text}\n`;

function containerOf(pod: KubeObject, asked: string): string {
  const names = (key: string) =>
    listOf(at(pod, 'spec', key))
      .filter(isObject)
      .map((container) => textOf(container['name']));
  const containers = names('containers');
  const all = [...containers, ...names('initContainers'), ...names('ephemeralContainers')];
  const name = textOf(pod.metadata['name']);
  if (asked === '') {
    const [only = '', ...more] = all;
    if (more.length === 0) return only;
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
  }
  if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  return asked;
}

function waitingReason(pod: KubeObject, container: string): string | undefined {
  const status = listOf(at(pod, 'status', 'containerStatuses'))
    .filter(isObject)
    .find(({ name }) => name === container);
  return textOf(at(status, 'state', 'waiting', 'reason')) || undefined;
}

function logOptions({ query, cluster }: Call): LogOptions {
  const errors: FieldError[] = [];
  const number = (name: string, least: number): number | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    if (!/^-?\d{1,15}$/.test(text))
      throw badRequest(`${name}: strconv.ParseInt: parsing ${quoted(text)}: invalid syntax`);
    const value = Number(text);
    if (value < least) {
      const message = `Invalid value: ${value}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`;
      errors.push({ reason: 'FieldValueInvalid', message, field: name });
    }
    return value;
  };
  const flag = (name: string): boolean => ['true', '1', ''].includes(query.get(name) ?? 'false');
  const tailLines = number('tailLines', 0);
  const sinceSeconds = number('sinceSeconds', 1);
  const limitBytes = number('limitBytes', 1);
  const sinceTime = query.get('sinceTime');
  if (sinceTime !== null && sinceSeconds !== undefined) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
    errors.push({ reason: 'FieldValueForbidden', message, field: '' });
  }
  if (errors.length > 0) throw invalid(optionsKind, '', errors);
  return {
    previous: flag('previous'),
    follow: flag('follow'),
    timestamps: flag('timestamps'),
    tailLines,
    sinceMs:
      sinceSeconds === undefined ? Date.parse(sinceTime ?? timestamp(0)) : cluster.clock.now() - sinceSeconds * 1000,
    limitBytes: limitBytes ?? Number.MAX_SAFE_INTEGER,
  };
}

/** What was there, then each line as it is written, until the container's run ends or the client goes. */
async function* following(
  logs: PodLogs,
  pod: KubeObject,
  container: string,
  first: Uint8Array,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const pending: Uint8Array[] = [first];
  let over = signal.aborted;
  let wake = (): void => undefined;
  const end = (): void => {
    over = true;
    wake();
  };
  const unfollow = logs.follow(pod, container, (line) => {
    if (line) pending.push(encoder.encode(lineText(line, options)));
    else over = true;
    wake();
  });
  signal.addEventListener('abort', end, { once: true });
  let left = options.limitBytes;
  try {
    while (left > 0) {
      const chunk = pending.shift();
      if (chunk) {
        left -= chunk.length;
        if (chunk.length > 0) yield chunk;
      } else if (over) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener('abort', end);
    unfollow();
  }
}
