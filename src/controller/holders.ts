import { ownerKey, type ServiceOwner } from '../model/owner.ts';

/** Who may hold something in the cloud, by the key of the Service; more than one after a Service was made anew. */
export interface Holders {
  add(owner: ServiceOwner): void;
  remove(owner: ServiceOwner): void;
  /** Those of the key whose uid is another one. */
  former(key: string, uid: string | undefined): readonly ServiceOwner[];
  /** Of how many keys somebody may hold something. */
  readonly size: number;
}

export function holders(): Holders {
  const byKey = new Map<string, Map<string, ServiceOwner>>();
  const keyOf = ({ namespace, name }: ServiceOwner): string => `${namespace}/${name}`;
  return {
    get size() {
      return byKey.size;
    },
    add: (owner) => {
      const known = byKey.get(keyOf(owner)) ?? new Map<string, ServiceOwner>();
      byKey.set(keyOf(owner), known.set(ownerKey(owner), owner));
    },
    remove: (owner) => {
      const known = byKey.get(keyOf(owner));
      known?.delete(ownerKey(owner));
      if (known?.size === 0) byKey.delete(keyOf(owner));
    },
    former: (key, uid) => [...(byKey.get(key)?.values() ?? [])].filter((owner) => owner.uid !== uid),
  };
}
