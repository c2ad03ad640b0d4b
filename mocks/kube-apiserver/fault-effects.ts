import { commonEffects, type EffectShapes, parseFaultsOf, type ParsedFaults } from '../fault-rules.ts';
import type { FaultEffect, FaultMoment, FaultRule } from '../faults.ts';

/** How a watch goes wrong. */
export type WatchBreak =
  /** The answer ends as if its time were over. */
  | 'eof'
  /** The connection is cut between two events. */
  | 'reset'
  /** The connection is cut in the middle of a line. */
  | 'torn'
  /** An ERROR event with status 410, then the end: what the reader had seen last is compacted. */
  | 'expired'
  /** The connection stays, and nothing comes any more. */
  | 'silent';

/** What etcd says to the API server, which passes it on as a 500 without a reason. */
export type EtcdProblem = 'leader-changed' | 'no-leader' | 'timeout';

/** Effects that all mocks know, but for operations, and those of an API server. */
export type KubeFaultEffect =
  | Exclude<FaultEffect, { readonly type: 'fail-operation' }>
  /** 429 of priority and fairness: plain text, and Retry-After (default 1). */
  | { readonly type: 'overload'; readonly retryAfterSeconds?: number }
  /** A 500 from below, before the work or, as the answer is lost on the way up, after it. */
  | { readonly type: 'etcd'; readonly problem: EtcdProblem; readonly when: FaultMoment }
  /** A watch goes wrong after so many events, bookmarks counted. Default 0: before the first. */
  | { readonly type: 'break-watch'; readonly how: WatchBreak; readonly afterEvents?: number }
  /**
   * The watch cache of the matched resources shows what the store held so many milliseconds ago, or without the last
   * so many changes of the resource. A state, not an event: it holds as long as the rule is planted.
   */
  | { readonly type: 'lag'; readonly ms: number }
  | { readonly type: 'lag'; readonly events: number };

export type KubeFaultRule = FaultRule<KubeFaultEffect>;

export const watchBreaks: readonly WatchBreak[] = ['eof', 'reset', 'torn', 'expired', 'silent'];

export const etcdMessages: Readonly<Record<EtcdProblem, string>> = {
  'leader-changed': 'etcdserver: leader changed',
  'no-leader': 'etcdserver: no leader',
  timeout: 'etcdserver: request timed out',
};

const { 'fail-operation': _ofOperations, ...common } = commonEffects;

const effects: EffectShapes<KubeFaultEffect> = {
  ...common,
  overload: { retryAfterSeconds: { check: 'number' } },
  etcd: {
    problem: { check: Object.keys(etcdMessages), needed: true },
    when: { check: 'moment', needed: true },
  },
  'break-watch': { how: { check: watchBreaks, needed: true }, afterEvents: { check: 'number' } },
  lag: { ms: { check: 'number' }, events: { check: 'count' } },
};

/** One rule or a list of them, as JSON. */
export function parseKubeFaults(input: unknown): ParsedFaults<KubeFaultEffect> {
  const parsed = parseFaultsOf<KubeFaultEffect>(effects, input);
  if ('problems' in parsed) return parsed;
  const problems = parsed.rules.flatMap(({ match, effect }, at) => {
    if (effect.type !== 'lag') return [];
    const { method: _method, ...narrower } = match;
    const amounts = Object.keys(effect).length - 1;
    return [
      ...(amounts === 1 ? [] : [`rules[${at}].effect must have ms or events.`]),
      ...Object.keys(narrower).map((field) => `rules[${at}].match.${field} has no meaning for a lag; use method.`),
    ];
  });
  return problems.length > 0 ? { problems } : parsed;
}
