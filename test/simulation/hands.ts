import type { GceCloud } from '../../mocks/gce-compute/cloud.ts';
import type { Clock } from '../../src/clock.ts';
import { project } from './controller-life.ts';
import { type CloudMirror, collectionOf, nameOf } from './cloud-mirror.ts';
import { markOf } from './mark.ts';
import type { Json } from './story.ts';
import type { Trace } from './trace.ts';

/** People at work in the cloud console, beside the controllers. */
export interface Hands {
  /** What people deleted, changed and made, by key, with the time at which they did. */
  readonly touched: ReadonlyMap<string, number>;
  /**
   * What bears a mark and no controller can know of when it comes, by key, with the time at which it was there; also before:
   * what people make again, mark and all, and what calls of dead processes make.
   */
  readonly strays: ReadonlyMap<string, number>;
  expectStray(key: string): void;
  /** What was expected does not come. */
  noStray(key: string): void;
  /** Deletes the one at this place; `of` counts only those of a collection. */
  remove(which: number, of?: string): Promise<void>;
  edit(which: number, how: number): Promise<void>;
  /** Deletes one and makes one of its name that has no mark. */
  replace(which: number): Promise<void>;
  /** Deletes a reservation and makes it again as it was, which gives it another IP, unless its Service was let go meanwhile. */
  restore(which: number, gone: (uid: string) => boolean): Promise<void>;
  /** Takes away the strays of a Service that is let go, of which Portico tells as orphans. */
  letGo(uid: string): Promise<void>;
  make(collection: string, body: Json): Promise<boolean>;
  /**
   * Takes away what people made under names of ours, and what they wrote over our marks. What is in use cannot be deleted:
   * it is marked again when its owner still `wants` it, and else deleted when it is not in use any more.
   */
  tidy(wants: (uid: string) => boolean): Promise<void>;
}

const region = 'regions/us-central1';

/** What people do to a resource of a collection, each as a patch. */
const edits: Readonly<Record<string, readonly Json[]>> = {
  firewalls: [
    { sourceRanges: ['0.0.0.0/0', '198.51.100.0/24'] },
    { allowed: [{ IPProtocol: 'tcp', ports: ['1-65535'] }] },
    { disabled: true },
    { description: 'mine now' },
  ],
  backendServices: [{ sessionAffinity: 'CLIENT_IP_PROTO' }, { backends: [] }],
  healthChecks: [{ checkIntervalSec: 77 }, { description: 'mine now' }],
};

export function handsOf(cloud: GceCloud, mirror: CloudMirror, trace: Trace, clock: Clock): Hands {
  const now = (): number => clock.monotonic();
  const rest = (): Promise<void> => clock.sleep(1000, new AbortController().signal);
  /** Calls that are under way. */
  const underWay = new Set<object>();
  const touched = new Map<string, number>();
  const strays = new Map<string, number>();
  /** What people have under our names, and the description to put back where it is ours without its mark. */
  const foreign = new Map<string, unknown>();
  mirror.onChange((key, _before, after) => {
    if (!after) strays.delete(key);
    else if (strays.get(key) === Infinity) strays.set(key, now());
  });
  const ask = async (...what: Parameters<typeof exchange>): ReturnType<typeof exchange> => {
    underWay.add(what);
    try {
      return await exchange(...what);
    } finally {
      underWay.delete(what);
    }
  };
  const exchange = async (
    method: string,
    path: string,
    body?: Json,
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const answer = await cloud.handle({
      method,
      path: `/compute/v1/projects/${project}/${path}`,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
      signal: new AbortController().signal,
    });
    const text = Buffer.from(answer.body).toString();
    const operation = (answer.status < 300 && text !== '' ? JSON.parse(text) : {}) as Json;
    if (method !== 'GET' && operation['kind'] === 'compute#operation' && operation['status'] !== 'DONE') {
      const scope = path.startsWith('global') ? 'global' : path.split('/').slice(0, 2).join('/');
      await exchange('POST', `${scope}/operations/${String(operation['name'])}/wait`);
    }
    return { status: answer.status, text };
  };
  const ours = (): string[] =>
    [...mirror.resources]
      .filter(([, body]) => markOf(body))
      .map(([key]) => key)
      .toSorted();
  const chosen = (which: number, of?: string): string | undefined => {
    const keys = ours().filter((key) => of === undefined || collectionOf(key) === of);
    return keys[which % Math.max(1, keys.length)];
  };
  const note = (key: string, what: string, status: number): void => {
    if (status < 300) touched.set(key, now());
    trace.add('people', `${what} ${key}${status < 300 ? '' : ` (refused with ${status})`}`);
  };
  const removeKey = async (key: string): Promise<boolean> => {
    // Noted before, since the cloud's answer comes when it is done.
    touched.set(key, now());
    const { status } = await ask('DELETE', key);
    note(key, 'delete', status);
    return status < 300;
  };
  const make: Hands['make'] = async (collection, body) => {
    const key = `${collection}/${String(body['name'])}`;
    const { status } = await ask('POST', collection, { description: 'made by hand', ...body });
    note(key, 'make', status);
    if (status < 300) foreign.set(key, undefined);
    return status < 300;
  };
  const putBack = async (key: string, description: unknown, wants: (uid: string) => boolean): Promise<void> => {
    for (;;) {
      const body = mirror.resources.get(key);
      if (!body || markOf(body) || nameOf(key) === 'front') return;
      if ((await removeKey(key)) || description === undefined) return;
      const uid = markOf({ ...body, description })?.uid;
      if (uid === null || (uid !== undefined && wants(uid))) {
        note(key, 'mark again', (await ask('PATCH', key, { description })).status);
        return;
      }
      await rest();
    }
  };
  return {
    touched,
    strays,
    expectStray: (key) => {
      strays.set(key, Infinity);
    },
    noStray: (key) => {
      if (strays.get(key) === Infinity) strays.delete(key);
    },
    remove: async (which, of) => {
      const key = chosen(which, of);
      if (key !== undefined) await removeKey(key);
    },
    edit: async (which, how) => {
      const keys = ours().filter((key) => edits[collectionOf(key)]);
      const key = keys[which % Math.max(1, keys.length)];
      const choices = key === undefined ? [] : (edits[collectionOf(key)] ?? []);
      const patch = choices[how % Math.max(1, choices.length)];
      if (key === undefined || !patch) return;
      const { fingerprint, description } = mirror.resources.get(key) ?? {};
      touched.set(key, now());
      const { status } = await ask('PATCH', key, fingerprint === undefined ? patch : { ...patch, fingerprint });
      note(key, `change ${JSON.stringify(patch)} of`, status);
      if (status < 300 && 'description' in patch) foreign.set(key, description);
    },
    replace: async (which) => {
      const keys = ours().filter((key) => ['addresses', 'firewalls', 'healthChecks'].includes(collectionOf(key)));
      const key = keys[which % Math.max(1, keys.length)];
      const description = mirror.resources.get(key ?? '')?.['description'];
      if (key === undefined || !(await removeKey(key))) return;
      const made = await make(key.slice(0, key.lastIndexOf('/')), { name: nameOf(key), ...plain[collectionOf(key)] });
      if (made) foreign.set(key, description);
    },
    restore: async (which, gone) => {
      const key = chosen(which, 'addresses');
      const before = mirror.resources.get(key ?? '') ?? {};
      const { name, description, addressType, networkTier, subnetwork } = before;
      if (key === undefined || !(await removeKey(key))) return;
      await rest();
      // What people make with our mark for nobody is an orphan by their hand.
      const uid = markOf(before)?.uid;
      if (uid && gone(uid)) return;
      strays.set(key, Infinity);
      const { status } = await ask('POST', key.slice(0, key.lastIndexOf('/')), {
        name,
        description,
        addressType,
        networkTier,
        subnetwork,
      });
      note(key, 'make again', status);
      if (status >= 300) strays.delete(key);
    },
    letGo: async (uid) => {
      const made = [...strays.keys()].filter((key) => markOf(mirror.resources.get(key) ?? {})?.uid === uid);
      await Promise.all(made.map(removeKey));
    },
    make,
    tidy: async (wants) => {
      while (underWay.size > 0) await rest();
      for (const [key, description] of foreign) await putBack(key, description, wants);
      foreign.clear();
    },
  };
}

/** Bodies of things that somebody made for something else. */
export const plain: Readonly<Record<string, Json>> = {
  addresses: {},
  firewalls: { allowed: [{ IPProtocol: 'tcp', ports: ['1'] }], sourceRanges: ['192.0.2.1/32'] },
  healthChecks: { type: 'TCP', tcpHealthCheck: { port: 7 } },
};

/** Where the collections of what can be planted are. */
export const placeOf: Readonly<Record<string, string>> = {
  addresses: `${region}/addresses`,
  firewalls: 'global/firewalls',
  healthChecks: `${region}/healthChecks`,
};
