/** What repeated probes say: passing or not, and for how many probes in a row the opposite has been seen. */
export interface Streak {
  readonly passing: boolean;
  readonly opposite: number;
}

export interface Thresholds {
  /** Successes in a row after which it passes. */
  readonly toPass: number;
  /** Failures in a row after which it does not. */
  readonly toFail: number;
}

export const failing: Streak = { passing: false, opposite: 0 };
export const passing: Streak = { passing: true, opposite: 0 };

/** The state after one more probe; kubelets and the cloud's health checks count alike. */
export function afterProbe(before: Streak, success: boolean, { toPass, toFail }: Thresholds): Streak {
  if (success === before.passing) return before.passing ? passing : failing;
  const opposite = before.opposite + 1;
  if (opposite < (success ? toPass : toFail)) return { passing: before.passing, opposite };
  return success ? passing : failing;
}
