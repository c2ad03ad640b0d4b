import type { JsonObject } from './json.ts';

/** How often each kind of request came: `services.list`, `services/status.patch`, `discovery`. */
export interface CallCounts {
  count(method: string): void;
  /** `{ total, byMethod }`, methods in alphabetical order. */
  report(): JsonObject;
  reset(): void;
}

export function createCallCounts(): CallCounts {
  const counts = new Map<string, number>();
  return {
    count(method) {
      counts.set(method, (counts.get(method) ?? 0) + 1);
    },
    report: () => ({
      total: [...counts.values()].reduce((sum, each) => sum + each, 0),
      byMethod: Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    }),
    reset() {
      counts.clear();
    },
  };
}
