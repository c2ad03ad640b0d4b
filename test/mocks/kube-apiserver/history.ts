import type { KubeApi } from '../../../mocks/index.ts';
import { ask } from './ask.ts';

export const collection = '/api/v1/namespaces/default/configmaps';

/** A change as watchers must hear of it: `ADDED a 17`. */
export type Told = string;

export interface History {
  /** All changes so far, oldest first. */
  readonly changes: readonly Told[];
  /** Names and resourceVersions of what exists. */
  readonly objects: ReadonlyMap<string, string>;
  /** Makes so many random changes, without giving way to sockets. */
  change(count: number): Promise<void>;
}

/** Random writes to ConfigMaps of few names, so that each is made, changed, deleted and made again many times. */
export function createHistory(api: KubeApi, random: () => number, names = 150): History {
  const changes: Told[] = [];
  const objects = new Map<string, string>();
  const one = async (step: number): Promise<void> => {
    const name = `map-${Math.floor(random() * names)}`;
    const chance = random();
    const exists = objects.has(name);
    const path = `${collection}/${name}`;
    const data = { step: String(step), text: 'ünïcödé '.repeat(1 + Math.floor(chance * 10)) };
    if (!exists) await ok('POST', collection, { metadata: { name }, data });
    else if (chance < 0.3) await ok('DELETE', path);
    else await ok('PATCH', path, { data });
    const version = String(api.store.revision());
    const type = exists ? (chance < 0.3 ? 'DELETED' : 'MODIFIED') : 'ADDED';
    if (type === 'DELETED') objects.delete(name);
    else objects.set(name, version);
    changes.push(`${type} ${name} ${version}`);
  };
  const ok = async (method: string, path: string, body?: unknown): Promise<void> => {
    const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
    const { status } = await ask(api, method, path, body, { headers });
    if (status >= 300) throw new Error(`${method} ${path}: HTTP ${status}`);
  };
  return {
    changes,
    objects,
    async change(count) {
      for (let step = 0; step < count; step++) await one(changes.length);
    },
  };
}

/** What a client has been told, and when it has been told enough. */
export interface Ledger {
  readonly told: readonly Told[];
  tell(type: string, object: { readonly metadata?: { name?: string; resourceVersion?: string } }): void;
  /** Resolves when so much has been told, or more. */
  reaches(count: number): Promise<void>;
  /** Resolves when what was told last of each object is what exists. */
  shows(objects: ReadonlyMap<string, string>): Promise<void>;
  /** What exists by what was told; throws where that cannot be: added twice, deleted twice, changed backwards. */
  replay(): ReadonlyMap<string, string>;
}

export function createLedger(): Ledger {
  const told: Told[] = [];
  const latest = new Map<string | undefined, string | undefined>();
  const waiting = new Set<{ readonly isSo: () => boolean; readonly resolve: () => void }>();
  const when = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      if (isSo()) resolve();
      else waiting.add({ isSo, resolve });
    });
  return {
    told,
    tell(type, { metadata: { name, resourceVersion } = {} }) {
      told.push(`${type} ${name} ${resourceVersion}`);
      if (type === 'DELETED') latest.delete(name);
      else latest.set(name, resourceVersion);
      for (const waiter of waiting) {
        if (!waiter.isSo()) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    reaches: (count) => when(() => told.length >= count),
    shows: (objects) =>
      when(() => latest.size === objects.size && [...objects].every(([name, version]) => latest.get(name) === version)),
    replay() {
      const objects = new Map<string, string>();
      for (const [at, line] of told.entries()) {
        const [type, name = '', version = ''] = line.split(' ');
        const before = objects.get(name);
        const fits = type === 'ADDED' ? before === undefined : before !== undefined;
        const forwards = before === undefined || Number(version) >= Number(before) + (type === 'MODIFIED' ? 1 : 0);
        if (!fits || !forwards) throw new Error(`${line}, told as number ${at}, after ${name} ${before ?? 'was gone'}`);
        if (type === 'DELETED') objects.delete(name);
        else objects.set(name, version);
      }
      return objects;
    },
  };
}
