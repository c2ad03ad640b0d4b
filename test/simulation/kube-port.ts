import type { FaultEffect } from '../../mocks/faults.ts';
import type { KubeApi } from '../../mocks/kube-apiserver/api.ts';
import { PorticoError } from '../../src/errors.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../../src/kube/transport.ts';
import { forever, type Life, unlessAborted } from './life.ts';
import type { KubeCall, Network } from './network.ts';

/** The watches of one cluster, which the world may cut and hold up. */
export interface WatchValves {
  /** Until when events of the resource are held up. */
  readonly stalledUntil: Map<string, number>;
  /** Ends every watch that is open. */
  readonly cuts: Set<() => void>;
}

export const watchValves = (): WatchValves => ({ stalledUntil: new Map(), cuts: new Set() });

function kubeCall({ method, path, query }: KubeRequest): KubeCall {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  const [resource = '', name, subresource] = parts[0] === 'namespaces' ? parts.slice(2) : parts;
  const verb = query['watch'] === 'true' ? 'watch' : method === 'GET' && name === undefined ? 'list' : method;
  const kind = subresource === undefined ? resource : `${resource}/${subresource}`;
  return { method: `${kind}.${verb}`, key: path, writes: method !== 'GET' };
}

/** The way of one life's calls to the API server. */
export function kubePort(kube: KubeApi, network: Network, valves: WatchValves, life: Life): KubeTransport {
  const lost = (): PorticoError => new PorticoError('unreachable', 'The API server did not answer.');

  const exchange = async (asked: KubeRequest, call: KubeCall): Promise<KubeResponse> => {
    const effect = network.kubeFaults.take(call.method);
    if (effect) network.trace.add(life.name, `    fault ${JSON.stringify(effect)}`);
    const instead = effect && (await early(effect, network));
    if (instead) return instead;
    network.trace.add(life.name, `${call.method} ${call.key}${shortly(asked.body)}`);
    const closed = new AbortController();
    const answer = await kube.handle({
      method: asked.method,
      path: withQuery(asked),
      headers: {
        accept: 'application/json',
        ...(asked.contentType === null ? {} : { 'content-type': asked.contentType }),
      },
      body: asked.body === null ? undefined : new TextEncoder().encode(asked.body),
      signal: AbortSignal.any([asked.signal, life.hangup.signal, closed.signal]),
    });
    if (answer.status >= 300) network.trace.add('kube', `    ${answer.status} to ${call.method} ${call.key}`);
    if (effect?.type === 'stall') return forever();
    if (effect?.type === 'drop') {
      // The server sees the connection break too, and ends a watch.
      closed.abort();
      throw lost();
    }
    const { status, body } = answer;
    if (body === undefined || body instanceof Uint8Array) return { status, headers: {}, body: whole(body) };
    return { status, headers: {}, body: watched(body, call, asked.signal, closed) };
  };

  async function* watched(
    body: AsyncIterable<Uint8Array>,
    call: KubeCall,
    signal: AbortSignal,
    closed: AbortController,
  ): AsyncGenerator<Uint8Array> {
    const resource = call.method.slice(0, call.method.indexOf('.'));
    const cut = Promise.withResolvers<'cut'>();
    const end = (): void => {
      closed.abort();
      cut.resolve('cut');
    };
    valves.cuts.add(end);
    const chunks = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([chunks.next(), cut.promise]);
        if (next === 'cut') throw lost();
        if (next.done === true) return;
        await network.way(life, call.method, 'event');
        await life.clock.thawed();
        while (!closed.signal.aborted && network.now() < (valves.stalledUntil.get(resource) ?? 0))
          await network.pause(500);
        // What was held up is lost with the connection.
        if (closed.signal.aborted) throw lost();
        if (life.dead || signal.aborted) return;
        // In two pieces, so that lines are put together again.
        const half = Math.floor(next.value.length / 2);
        yield next.value.subarray(0, half);
        yield next.value.subarray(half);
      }
    } finally {
      valves.cuts.delete(end);
      // So that the server ends it, and not only when its time is over.
      closed.abort();
    }
  }

  const travel = async (asked: KubeRequest, call: KubeCall): Promise<KubeResponse> => {
    await network.way(life, call.method, call.key);
    const answer = await exchange(asked, call);
    await network.way(life, call.method, `${call.key} back`);
    await life.clock.thawed();
    return answer;
  };

  return {
    request: async (asked) => {
      if (life.dead) return forever();
      asked.signal.throwIfAborted();
      const call = kubeCall(asked);
      network.sending(life, call);
      if (life.dead) return forever();
      try {
        const answer = await unlessAborted(travel(asked, call), asked.signal);
        if (!life.dead) network.answered(life, call, answer.status);
        return life.dead ? await forever() : answer;
      } catch (error) {
        if (life.dead) return await forever();
        network.answered(life, call, 0);
        asked.signal.throwIfAborted();
        throw error instanceof PorticoError ? error : lost();
      }
    },
    close: () => Promise.resolve(),
  };
}

/** What a fault answers before any work, or undefined when the work is to be done. */
async function early(effect: FaultEffect, network: Network): Promise<KubeResponse | undefined> {
  switch (effect.type) {
    case 'error': {
      const { status, reason = '', retryAfterSeconds } = effect;
      const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
      const body = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code: status, ...details };
      return { status, headers: {}, body: whole(new TextEncoder().encode(JSON.stringify(body))) };
    }
    case 'garbage':
      return {
        status: effect.status ?? 502,
        headers: {},
        body: whole(new TextEncoder().encode('<html>Bad Gateway</html>')),
      };
    case 'delay':
      await network.pause(effect.ms);
      return undefined;
    case 'drop':
      if (effect.when === 'before') throw new PorticoError('unreachable', 'The connection broke.');
      return undefined;
    case 'stall':
      return effect.when === 'before' ? forever() : undefined;
    case 'fail-operation':
      return undefined;
    default:
      return effect satisfies never;
  }
}

async function* whole(body: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (body) yield body;
}

const withQuery = ({ path, query }: KubeRequest): string => {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
};

/** The fields that a JSON patch changes, for the trace. */
function shortly(body: string | null): string {
  if (body?.startsWith('[') !== true) return '';
  const operations = JSON.parse(body) as readonly {
    readonly op: string;
    readonly path: string;
    readonly value?: unknown;
  }[];
  const changes = operations.filter(({ op }) => op !== 'test');
  return ` ${changes.map(({ op, path, value }) => `${op} ${path} ${JSON.stringify(value)?.slice(0, 120) ?? ''}`).join('; ')}`;
}
