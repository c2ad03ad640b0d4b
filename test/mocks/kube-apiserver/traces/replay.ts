import { createKubeApi, type KubeAnswer, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock, type VirtualClock } from '../../../virtual-clock.ts';
import { type Binding, createBinding } from './binding.ts';
import { recordedBytes, saidIn } from './binary.ts';
import { differences } from './compare.ts';
import { authOf, createIdentities } from './identities.ts';
import type { RecordedCase, RecordedRequest } from './recorded.ts';
import { requestOf } from './request.ts';

export interface Verdict {
  readonly request: RecordedRequest;
  /** Empty when the answer is as recorded. */
  readonly differences: readonly string[];
}

/** Sends the requests of a case, at their times, to a fresh cluster and compares the answers. */
export async function replay(recorded: RecordedCase): Promise<readonly Verdict[]> {
  const clock = virtualClock({ epoch: startOf(recorded.steps) });
  const api = createKubeApi({ clock, seed: 1, controllers: recorded.controllers, auth: authOf(recorded) });
  const binding = createBinding(() => api.store.revision());
  await createIdentities(recorded, api, binding);
  const running: Promise<Verdict>[] = [];
  try {
    for (const step of recorded.steps) {
      // Its requests follow.
      if (step.kind === 'cli') continue;
      await clock.advance(Math.max(0, step.atMs - clock.monotonic()));
      if (step.kind === 'note') {
        if (step.text.includes('restarted')) renewOwnLease(api);
        if (/compacted|restarted/.test(step.text)) api.store.compact(api.store.revision());
        continue;
      }
      running.push(send(step, api, clock, binding));
      await clock.settle();
    }
    return await clock.run(Promise.all(running));
  } finally {
    api.close();
  }
}

/** When a case began, by the first object that was created: bodies hold times from which ages are told. */
function startOf(steps: RecordedCase['steps']): number {
  for (const step of steps) {
    if (step.kind !== 'http' || step.status !== 201) continue;
    const { metadata } = step.resBody as { readonly metadata?: { readonly creationTimestamp?: string } };
    const created = Date.parse(metadata?.creationTimestamp ?? '');
    if (!Number.isNaN(created)) return created - step.atMs;
  }
  return Date.UTC(2026, 0, 1);
}

/** What an API server writes when it starts: its watch caches begin there. */
function renewOwnLease({ store }: KubeApi): void {
  const leases = 'coordination.k8s.io/leases';
  for (const lease of store.list(leases, 'kube-system/apiserver-').objects) {
    store.put(leases, `kube-system/${nameOf(lease)}`, lease);
  }
}

const nameOf = ({ metadata }: { readonly metadata: Readonly<Record<string, unknown>> }): string =>
  String(metadata['name']);

/** Gives the client of a conditional request the document that it had kept from an earlier case. */
async function keepEarlier(request: RecordedRequest, api: KubeApi, binding: Binding): Promise<void> {
  const etag = request.reqHeaders['If-None-Match'];
  if (request.status !== 304 || etag === undefined || binding.value('token', etag) !== undefined) return;
  const { 'If-None-Match': _, ...reqHeaders } = request.reqHeaders;
  const { headers } = await api.handle(requestOf({ ...request, reqHeaders }, binding, new AbortController().signal));
  if (typeof headers['ETag'] === 'string') binding.bind('token', etag, headers['ETag']);
}

async function send(request: RecordedRequest, api: KubeApi, clock: VirtualClock, binding: Binding): Promise<Verdict> {
  const leaving = new AbortController();
  await keepEarlier(request, api, binding);
  const answer = await api.handle(requestOf(request, binding, leaving.signal));
  const heads = headDifferences(request, answer, binding);
  const place = { binding, path: [], dryRun: request.path.includes('dryRun=All'), generated: generateName(request) };
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) {
    if (request.watch) return { request, differences: [...heads, 'no stream'] };
    const binary = recordedBytes(request.resBody);
    const resBody = binary === undefined ? request.resBody : saidIn(binary);
    const said = body !== undefined && binary !== undefined && answer.status === 200 ? saidIn(body) : undefined;
    // An answer to HEAD loses its body on the wire.
    const given = request.method === 'HEAD' ? null : (said ?? parsed(new TextDecoder().decode(body)));
    return {
      request,
      differences: [...heads, ...differences(resBody, given, { ...place, collective: isList(resBody) })],
    };
  }
  clock.after(request.watch?.durationMs ?? 0, () => leaving.abort());
  const recorded = request.watch?.events ?? [];
  const texts: string[] = [];
  const found: string[] = [];
  for await (const chunk of body) {
    const lines = new TextDecoder().decode(chunk).trimEnd().split('\n');
    // Compared as they come: later requests repeat what they tell.
    for (const line of lines) {
      const event = JSON.parse(line) as { readonly type: string; readonly object: unknown };
      const expected = recorded[texts.length];
      texts.push(event.type);
      if (expected?.type !== event.type) continue;
      const collective = event.type === 'BOOKMARK' || isTable(event.object);
      found.push(...differences(expected.object, event.object, { ...place, collective }));
    }
  }
  const types = recorded.map(({ type }) => type);
  const sequence = once(texts) === once(types) ? [] : [`events: ${texts.join(' ')} for ${types.join(' ')}`];
  return { request, differences: [...heads, ...sequence, ...found] };
}

/** How often a bookmark comes again, with nothing new, hangs on where the ticks of the real server's timer fall. */
const once = (types: readonly string[]): string =>
  types.filter((type, at) => type !== 'BOOKMARK' || types[at - 1] !== 'BOOKMARK').join(' ');

function generateName({ reqBody }: RecordedRequest): string | undefined {
  const { metadata } = (reqBody ?? {}) as { readonly metadata?: { readonly generateName?: unknown } };
  return typeof metadata?.generateName === 'string' ? metadata.generateName : undefined;
}

function headDifferences(request: RecordedRequest, answer: KubeAnswer, binding: Binding): string[] {
  const status = answer.status === request.status ? [] : [`status: ${answer.status} for ${request.status}`];
  const headers = new Map(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const etag = headers.get('etag');
  const recorded = new Map(Object.entries(request.resHeaders).map(([name, value]) => [name.toLowerCase(), value]));
  const oldEtag = recorded.get('etag');
  if (typeof etag === 'string' && typeof oldEtag === 'string') binding.bind('token', oldEtag, etag);
  const compared = ['content-type', 'warning', 'retry-after'].flatMap((name) => {
    const [old, now] = [recorded, headers].map((each) => [each.get(name) ?? []].flat().join('; '));
    return old === now ? [] : [`${name}: ${now} for ${old}`];
  });
  return [...status, ...compared];
}

/** A body as the recorder kept it: parsed where it is JSON. */
export function parsed(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isTable = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Table';

const isList = (body: unknown): boolean =>
  isTable(body) || (typeof body === 'object' && body !== null && 'items' in body);
