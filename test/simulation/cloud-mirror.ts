import type { GceCloud } from '../../mocks/gce-compute/cloud.ts';
import type { Json } from './story.ts';

/** The resources of the cloud as anybody with eyes would see them, and a call at every change of one. */
export interface CloudMirror {
  /** By key: `regions/r/addresses/a`. Without those that are being made. */
  readonly resources: ReadonlyMap<string, Json>;
  of(collection: string): readonly (readonly [key: string, body: Json])[];
  /** Keys and bodies at a moment not long ago. */
  at(time: number): ReadonlyMap<string, Json>;
  onChange(listener: (key: string, before: Json | undefined, after: Json | undefined) => void): void;
}

const shown = ['addresses', 'forwardingRules', 'backendServices', 'healthChecks', 'firewalls', 'instanceGroups'];

/** Changes kept for those who look into the past. */
const pastMs = 120_000;

export const collectionOf = (key: string): string => key.split('/').at(-2) ?? '';
export const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

export function mirrorOf(cloud: GceCloud, now: () => number): CloudMirror {
  const resources = new Map<string, Json>();
  const byCollection = new Map(shown.map((collection) => [collection, new Map<string, Json>()]));
  const listeners: ((key: string, before: Json | undefined, after: Json | undefined) => void)[] = [];
  let past: { readonly at: number; readonly key: string; readonly before: Json | undefined }[] = [];
  cloud.onChange((key) => {
    const siblings = byCollection.get(collectionOf(key));
    if (!siblings) return;
    const after = cloud.view.find(key) as unknown as Json | undefined;
    const before = resources.get(key);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    past.push({ at: now(), key, before });
    if (past.length > 1000) past = past.filter(({ at }) => at >= now() - pastMs);
    for (const map of [resources, siblings]) {
      if (after) map.set(key, after);
      else map.delete(key);
    }
    for (const listener of listeners) listener(key, before, after);
  });

  return {
    resources,
    of: (collection) => [...(byCollection.get(collection) ?? [])],
    at: (time) => {
      const then = new Map(resources);
      for (const { at, key, before } of past.toReversed()) {
        if (at <= time) break;
        if (before) then.set(key, before);
        else then.delete(key);
      }
      return then;
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
  };
}
