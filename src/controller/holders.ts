import type { Options } from '../model/options.ts';
import { ownerKey, type ServiceOwner } from '../model/owner.ts';
import { keyOf as keyOfService, type Service } from '../model/service.ts';
import { type Leaving, leaving } from './decide.ts';

/** Who may hold something in the cloud, and what may become of it as far as its Service was heard last. */
export interface Holder {
  readonly owner: ServiceOwner;
  readonly leaving: Leaving;
}

/** All holders by the key of the Service; more than one after a Service was made anew. */
export interface Holders {
  /** What was heard of an owner that is known already stays. */
  add(owner: ServiceOwner, unlessHeard: Leaving): void;
  /** What the Service asks for now: a Service that goes without its finalizer cannot be asked any more. */
  heard(service: Service): void;
  remove(owner: ServiceOwner): void;
  /** Those of the key whose uid is another one. */
  former(key: string, uid: string | undefined): readonly Holder[];
  /** Of how many keys somebody may hold something. */
  readonly size: number;
}

/** `defaults` is what is meant where a Service does not say. */
export function holders(defaults: Options): Holders {
  const byKey = new Map<string, Map<string, Holder>>();
  const keyOf = ({ namespace, name }: ServiceOwner): string => `${namespace}/${name}`;
  return {
    get size() {
      return byKey.size;
    },
    add: (owner, unlessHeard) => {
      const key = keyOf(owner);
      const known = byKey.get(key) ?? new Map<string, Holder>();
      const holder = known.get(ownerKey(owner)) ?? { owner, leaving: unlessHeard };
      byKey.set(key, known.set(ownerKey(owner), holder));
    },
    heard: (service) => {
      const known = byKey.get(keyOfService(service));
      for (const [key, { owner }] of known ?? []) {
        if (owner.uid === service.metadata.uid) known?.set(key, { owner, leaving: readable(service, defaults) });
      }
    },
    remove: (owner) => {
      const known = byKey.get(keyOf(owner));
      known?.delete(ownerKey(owner));
      if (known?.size === 0) byKey.delete(keyOf(owner));
    },
    former: (key, uid) => [...(byKey.get(key)?.values() ?? [])].filter(({ owner }) => owner.uid !== uid),
  };
}

/** While what is to stay cannot be read, nothing goes. */
function readable(service: Service, defaults: Options): Leaving {
  try {
    return leaving(service, defaults);
  } catch {
    return { policy: 'observe', retain: 'nothing' };
  }
}
