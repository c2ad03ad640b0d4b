/**
 * Faults that a test plants in a wire mock: one vocabulary for all mocks. Rules are tried in their order; the first
 * that fires decides. What a mock does with an effect is its own business; which effect, and when, is decided here.
 */
export interface FaultMatch {
  /** The API's name of the method, `*` for any run of characters: `forwardingRules.insert`, `*.delete`. */
  readonly method?: string;
  /** A regular expression that must be found in the request's path (with query). */
  readonly path?: string;
  /** Fires first at the nth matching call, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many matching calls it hits from the nth on. Default: one when `nth` is given, else all. */
  readonly times?: number;
  /** Chance that a call it would hit is hit, in [0, 1]. Default 1. */
  readonly probability?: number;
}

export type FaultMoment = 'before' | 'after';

export type FaultEffect =
  /** Answered instead of doing the work. */
  | {
      readonly type: 'error';
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection breaks before, or after, the work is done. */
  | { readonly type: 'drop'; readonly when: FaultMoment }
  /** Milliseconds before the work is done. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Never answers: with `after`, the work is done. */
  | { readonly type: 'stall'; readonly when: FaultMoment }
  /** The call is taken, its operation fails. Only where the API has operations. */
  | { readonly type: 'fail-operation'; readonly code: string; readonly message: string; readonly httpStatus: number }
  /** Something that is not the API answers, as a broken proxy would. Default status 502. */
  | { readonly type: 'garbage'; readonly status?: number; readonly body?: string };

/** `E`: the effects that a mock knows, where they are not the common ones. */
export interface FaultRule<E = FaultEffect> {
  readonly match: FaultMatch;
  readonly effect: E;
}

export interface FaultCall {
  readonly method: string;
  readonly path: string;
}

export interface FaultDecision<E = FaultEffect> {
  readonly effect: E | undefined;
  /** Matching calls that each rule has seen, to be passed in again at the next call. */
  readonly seen: readonly number[];
}

/** Which effect, if any, hits this call. `chance` is asked only for rules with a probability. */
export function decideFault<E = FaultEffect>(
  rules: readonly FaultRule<E>[],
  seen: readonly number[],
  call: FaultCall,
  chance: () => number,
): FaultDecision<E> {
  let effect: E | undefined;
  const counted = rules.map((rule, at) => {
    const before = seen[at] ?? 0;
    if (!matches(rule.match, call)) return before;
    const now = before + 1;
    if (effect === undefined && isDue(rule.match, now) && isLucky(rule.match, chance)) effect = rule.effect;
    return now;
  });
  return { effect, seen: counted };
}

const isLucky = ({ probability }: FaultMatch, chance: () => number): boolean =>
  probability === undefined || chance() < probability;

function isDue({ nth, times }: FaultMatch, now: number): boolean {
  const first = nth ?? 1;
  const last = first + (times ?? (nth === undefined ? Number.POSITIVE_INFINITY : 1)) - 1;
  return now >= first && now <= last;
}

/** Whether a method's name is one of those that the rule is for. */
export const isForMethod = ({ method }: FaultMatch, name: string): boolean =>
  method === undefined || globOf(method).test(name);

function matches(match: FaultMatch, call: FaultCall): boolean {
  const { path } = match;
  if (!isForMethod(match, call.method)) return false;
  return path === undefined || new RegExp(path).test(call.path);
}

const globOf = (glob: string): RegExp =>
  new RegExp(`^${glob.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`);
