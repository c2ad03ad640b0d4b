import { createKubeApi, type KubeApi } from '../../mocks/kube-apiserver/api.ts';
import { createCloud, type Cloud, type CloudOptions } from '../../providers/mock/cloud.ts';
import { type CloudApi, type CloudCall, cloudApi } from '../../providers/mock/cloud-api.ts';
import { createMockProvider } from '../../providers/mock/index.ts';
import { type ClassRule, classIs } from '../../src/controller/decide.ts';
import { noObserver, type Observer, type PassFinished } from '../../src/controller/observer.ts';
import { runController } from '../../src/controller/run.ts';
import type { OrphanPolicy } from '../../src/model/policy.ts';
import type { KubeTransport } from '../../src/kube/transport.ts';
import type { Options } from '../../src/model/options.ts';
import { readService, type Service } from '../../src/model/service.ts';
import type { Provider } from '../../src/provider.ts';
import type { Owner } from '../../src/model/owner.ts';
import { inThreadTransport } from '../in-thread-transport.ts';
import { virtualClock, type VirtualClock } from '../virtual-clock.ts';

export interface SimulationOptions {
  readonly seed?: number;
  /** How long every change in the cloud takes, in milliseconds. */
  readonly latencyMs?: number;
}

export interface ControllerChoice {
  readonly claims?: ClassRule;
  readonly workers?: number;
  readonly sweepInterval?: number;
  readonly orphans?: OrphanPolicy;
  /** Sees every call to either side before it is made; to throw is to fail it. */
  readonly onCall?: (call: SimulatedCall) => void;
  readonly lease?: AbortSignal;
  /** Works on another cloud than the simulation's own. */
  readonly provider?: Provider;
  /** Stands between this life and the API server. */
  readonly between?: (honest: KubeTransport) => KubeTransport;
  readonly clusterId?: string;
  readonly observer?: Partial<Observer>;
  /** What is meant where a Service does not say. */
  readonly defaults?: Options;
}

export interface SimulatedCall {
  readonly to: 'kube' | 'cloud';
  readonly writes: boolean;
  /** `PATCH /api/v1/…` or `insert address/…`. */
  readonly name: string;
}

/** One life of the controller. */
export interface Life {
  readonly passes: PassFinished[];
  readonly logs: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  readonly calls: SimulatedCall[];
  readonly orphans: (readonly Owner[])[];
  /** The graceful stop; resolves when the controller is done. */
  stop(): Promise<void>;
  /** Nothing this life does from now on arrives anywhere, and it gets no answer to what it asked. */
  crash(): void;
}

/** A whole cluster, its cloud and its controllers in one thread, under one virtual clock. */
export interface Simulation {
  readonly clock: VirtualClock;
  readonly kube: KubeApi;
  readonly cloud: Cloud;
  begin(choice?: ControllerChoice): Life;
  request(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<{ status: number; body: unknown }>;
  /** Creates the node; `zone` null leaves its label out. */
  addNode(name: string, zone: string | null, more?: object): Promise<void>;
  apply(manifest: Manifest): Promise<void>;
  service(name: string): Promise<Service | undefined>;
  remove(name: string): Promise<void>;
  merge(name: string, patch: unknown, subresource?: string): Promise<void>;
  events(): Promise<readonly SimulatedEvent[]>;
  /** Advances until the Service has an address, and gives it. */
  address(name: string): Promise<string>;
  /** Advances until the Service is gone. */
  gone(name: string): Promise<void>;
  /** Advances until the condition on the present state holds. */
  eventually(condition: () => Promise<boolean>, limitMs?: number): Promise<void>;
  close(): void;
}

export interface Manifest {
  readonly name: string;
  readonly type?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

export interface SimulatedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly namespace?: string; readonly name: string };
}

const never = new AbortController().signal;

export function simulate({ seed = 1, latencyMs = 0 }: SimulationOptions = {}): Simulation {
  const clock = virtualClock({ seed });
  const kube = createKubeApi({ clock, seed });
  const cloudOptions: CloudOptions = { clock, latencyMs };
  const cloud = createCloud(cloudOptions);
  const lives: Life[] = [];

  const request: Simulation['request'] = async (method, path, body, contentType = 'application/json') => {
    const answer = await kube.handle({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': contentType },
      body: body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body)),
      signal: never,
    });
    const bytes = answer.body as Uint8Array | undefined;
    return { status: answer.status, body: bytes ? JSON.parse(new TextDecoder().decode(bytes)) : undefined };
  };
  const ok = async (...asked: Parameters<typeof request>): Promise<unknown> => {
    const { status, body } = await request(...asked);
    if (status >= 300) throw new Error(`${asked[0]} ${asked[1]}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const pathOf = (name: string): string => `/api/v1/namespaces/default/services/${name}`;

  const service: Simulation['service'] = async (name) => {
    const { status, body } = await request('GET', pathOf(name));
    return status === 200 ? readService(body) : undefined;
  };
  const eventually: Simulation['eventually'] = async (condition, limitMs = 3_600_000) => {
    const limit = clock.monotonic() + limitMs;
    for (let step = 0; !(await condition()); step += 1) {
      if (clock.monotonic() > limit) throw new Error(`Not within ${limitMs} ms: ${String(condition)}`);
      await clock.advance(step < 20 ? 10 : 250);
    }
  };

  return {
    clock,
    kube,
    cloud,
    request,
    service,
    eventually,
    begin: (choice = {}) => {
      const life = beginLife(choice, { clock, kube, cloud });
      lives.push(life);
      return life;
    },
    addNode: async (name, zone, more = {}) => {
      await ok('POST', '/api/v1/nodes', {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, ...(zone === null ? {} : { labels: { 'topology.kubernetes.io/zone': zone } }) },
        spec: { providerID: `mock://machines/${name}` },
        ...more,
      });
    },
    apply: async ({ name, type = 'LoadBalancer', annotations = {}, spec = {} }) => {
      await ok('POST', '/api/v1/namespaces/default/services', {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, annotations },
        spec: { type, selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
      });
    },
    remove: async (name) => {
      await ok('DELETE', pathOf(name));
    },
    merge: async (name, patch, subresource) => {
      const path = subresource === undefined ? pathOf(name) : `${pathOf(name)}/${subresource}`;
      await ok('PATCH', path, patch, 'application/merge-patch+json');
    },
    events: async () => {
      const list = (await ok('GET', '/api/v1/events')) as { readonly items: readonly SimulatedEvent[] };
      return list.items;
    },
    address: async (name) => {
      await eventually(async () => (await service(name))?.status.ingress[0]?.ip !== undefined);
      return (await service(name))?.status.ingress[0]?.ip ?? '';
    },
    gone: (name) => eventually(async () => (await service(name)) === undefined),
    close: () => {
      for (const life of lives) life.crash();
      kube.close();
    },
  };
}

function beginLife(
  {
    claims = classIs(null),
    workers = 4,
    sweepInterval,
    orphans: orphanPolicy,
    onCall,
    lease,
    provider,
    between = (honest) => honest,
    clusterId = 'test',
    observer,
    defaults,
  }: ControllerChoice,
  { clock, kube, cloud }: Pick<Simulation, 'clock' | 'kube' | 'cloud'>,
): Life {
  const passes: Life['passes'] = [];
  const logs: Life['logs'] = [];
  const calls: SimulatedCall[] = [];
  const orphans: Life['orphans'] = [];
  const stop = new AbortController();
  let dead = false;

  /** The call, unless this life is over; and the answer, unless it ended in between. */
  const through = async <T>(call: SimulatedCall, work: () => Promise<T>): Promise<T> => {
    if (!dead) {
      calls.push(call);
      onCall?.(call);
    }
    if (dead) return forever();
    const result = await work();
    return dead ? forever() : result;
  };

  const direct = { kube: between(inThreadTransport(kube)), cloud: cloudApi(cloud, { clock }) };
  const transport: KubeTransport = {
    request: (asked) =>
      through({ to: 'kube', writes: asked.method !== 'GET', name: `${asked.method} ${asked.path}` }, () =>
        direct.kube.request(asked),
      ),
    close: async () => undefined,
  };

  const call = (method: CloudCall['method'], target: string): SimulatedCall => ({
    to: 'cloud',
    writes: !['list', 'get', 'wait'].includes(method),
    name: `${method} ${target}`,
  });
  const api: CloudApi = {
    list: (kind, signal) => through(call('list', kind), () => direct.cloud.list(kind, signal)),
    get: (id, signal) => through(call('get', id), () => direct.cloud.get(id, signal)),
    insert: (id, body, text, signal) => through(call('insert', id), () => direct.cloud.insert(id, body, text, signal)),
    patch: (id, fields, signal) => through(call('patch', id), () => direct.cloud.patch(id, fields, signal)),
    remove: (id, signal) => through(call('remove', id), () => direct.cloud.remove(id, signal)),
    describe: (id, text, signal) => through(call('describe', id), () => direct.cloud.describe(id, text, signal)),
    wait: (operation, signal) => through(call('wait', operation), () => direct.cloud.wait(operation, signal)),
    intercept: (hook) => direct.cloud.intercept(hook),
  };

  const ended = runController(
    {
      kube: transport,
      provider: provider ?? createMockProvider({ clock, api }),
      clock,
      log: (level, message, fields) => logs.push({ level, message, fields }),
      observer: {
        ...noObserver,
        ...observer,
        passFinished: (pass) => {
          passes.push(pass);
          observer?.passFinished?.(pass);
        },
        orphans: (found) => {
          orphans.push(found);
          observer?.orphans?.(found);
        },
      },
      clusterId,
      claims,
      workers,
      ...(defaults === undefined ? {} : { defaults }),
      ...(sweepInterval === undefined ? {} : { sweepInterval }),
      ...(orphanPolicy === undefined ? {} : { orphans: orphanPolicy }),
      ...(lease === undefined ? {} : { lease }),
    },
    stop.signal,
  );
  return {
    passes,
    logs,
    calls,
    orphans,
    stop: async () => {
      stop.abort();
      await clock.run(ended, 20_000);
    },
    crash: () => {
      dead = true;
      stop.abort();
    },
  };
}

const forever = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** Calls of the life so far, by what they do. */
export const written = (life: Life): string[] => life.calls.filter((call) => call.writes).map((call) => call.name);
