import type { FaultEffect } from '../../mocks/faults.ts';

/** The faults that wait for calls. */
export interface FaultTable {
  add(method: string, times: number, effect: FaultEffect): void;
  /** The fault that hits this call, if any; it counts as one of its times. */
  take(method: string): FaultEffect | undefined;
  clear(): void;
}

export function faultTable(): FaultTable {
  let waiting: { readonly pattern: RegExp; left: number; readonly effect: FaultEffect }[] = [];
  return {
    add: (method, times, effect) => {
      const pattern = new RegExp(`^${method.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
      waiting.push({ pattern, left: times, effect });
    },
    take: (method) => {
      const found = waiting.find(({ pattern }) => pattern.test(method));
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting = waiting.filter((each) => each !== found);
      return found.effect;
    },
    clear: () => {
      waiting = [];
    },
  };
}
