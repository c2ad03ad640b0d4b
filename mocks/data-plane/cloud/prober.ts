import type { Clock } from '../../../src/clock.ts';
import type { HealthCheck } from '../../gce-compute/resource-view.ts';
import type { Activity } from '../activity.ts';
import type { AddressPlan } from '../address-plan.ts';
import { type Packet, reject, type Verdict } from '../packet.ts';
import { afterProbe, failing, type Streak } from '../probe-streak.ts';
import { ask, type ProbeAnswer, type Question } from '../sockets/probe.ts';
import type { MemberState } from './backend-choice.ts';

/**
 * Where probes come from, an address of each range in turn. https://cloud.google.com/load-balancing/docs/health-check-concepts
 */
const probers: Readonly<Record<string, readonly string[]>> = {
  EXTERNAL: ['35.191.0.1', '209.85.152.1', '209.85.204.1'],
  INTERNAL: ['35.191.0.1', '130.211.0.1'],
};
const probePort = 50_000;

/** One member of one backend service, probed at the address of its forwarding rule. */
export interface ProbedMember {
  readonly key: string;
  readonly networkIp: string;
  readonly vip: string;
  readonly scheme: string;
  readonly check: HealthCheck;
}

export interface ProberOptions {
  readonly clock: Clock;
  readonly activity: Activity;
  readonly plan: AddressPlan;
  /** What becomes of a packet to the machine: of the firewall before it, then of the machine itself. */
  readonly reach: (networkIp: string, packet: Packet) => Verdict;
  /** A member has become healthy or unhealthy. */
  readonly changed: (key: string, state: MemberState) => void;
}

export interface Prober {
  /** Probes just these from now on; those that stay keep their state. */
  sync(members: readonly ProbedMember[]): void;
  stateOf(key: string): MemberState;
  close(): void;
}

interface Probed {
  member: ProbedMember;
  streak: Streak;
  weight: number | undefined;
  count: number;
  cancel: () => void;
}

const unknown: MemberState = { healthy: false, weight: undefined };

/** Probes each member at the interval of its check, and counts as the thresholds say; unhealthy until shown otherwise. */
export function createProber({ clock, activity, plan, reach, changed }: ProberOptions): Prober {
  const probed = new Map<string, Probed>();

  function start(member: ProbedMember): void {
    const each: Probed = { member, streak: failing, weight: undefined, count: 0, cancel: () => undefined };
    probed.set(member.key, each);
    each.cancel = clock.after(0, () => void once(each));
  }

  async function once(each: Probed): Promise<void> {
    const { key, check } = each.member;
    const answer = await probe(each.member, each.count);
    if (probed.get(key) !== each) return;
    each.count += 1;
    const before = each.streak.passing;
    each.streak = afterProbe(each.streak, isSuccess(check, answer), {
      toPass: check.healthyThreshold,
      toFail: check.unhealthyThreshold,
    });
    if (answer.reached) each.weight = weightOf(answer.headers);
    if (before !== each.streak.passing) changed(key, stateOf(key));
    each.cancel = clock.after(check.checkIntervalSec * 1000, () => void once(each));
  }

  async function probe({ networkIp, vip, scheme, check }: ProbedMember, count: number): Promise<ProbeAnswer> {
    const asked = questionOf(check);
    if (!asked) return { reached: false, why: `checks of type ${check.type} find nobody who speaks it` };
    const sources = probers[scheme] ?? [];
    const source = { address: sources[count % sources.length] ?? '', port: probePort };
    const packet: Packet = { protocol: 'TCP', source, destination: { address: vip, port: asked.port } };
    const verdict = asked.port === 0 ? reject('no port') : reach(networkIp, packet);
    switch (verdict.type) {
      case 'serve':
        return (await late(verdict, check)) ?? served(asked.question, verdict);
      case 'reject':
        return { reached: false, why: verdict.why };
      case 'drop':
        await new Promise<void>((resolve) => clock.after(check.timeoutSec * 1000, resolve));
        return { reached: false, why: verdict.why };
      case 'forward': {
        const tooLate = await late(verdict, check);
        if (tooLate) return tooLate;
        const { address, port } = verdict.to;
        const done = activity.begin();
        try {
          const timeoutMs = check.timeoutSec * 1000;
          return await ask({ address: plan.toWire(address), port, question: asked.question, timeoutMs }, clock);
        } finally {
          done();
        }
      }
      default:
        return verdict satisfies never;
    }
  }

  /** Waits as long as the way is slow; an answer when that is longer than the check waits. */
  async function late(
    { delayMs = 0 }: { readonly delayMs?: number },
    check: HealthCheck,
  ): Promise<ProbeAnswer | undefined> {
    const limitMs = check.timeoutSec * 1000;
    if (delayMs > 0) await new Promise<void>((resolve) => clock.after(Math.min(delayMs, limitMs), resolve));
    return delayMs < limitMs ? undefined : { reached: false, why: `no answer within ${limitMs} ms` };
  }

  const stateOf = (key: string): MemberState => {
    const each = probed.get(key);
    return each ? { healthy: each.streak.passing, weight: each.weight } : unknown;
  };
  const stop = (key: string): void => {
    probed.get(key)?.cancel();
    probed.delete(key);
  };
  return {
    sync(members) {
      const wanted = new Set(members.map(({ key }) => key));
      for (const key of probed.keys()) if (!wanted.has(key)) stop(key);
      for (const member of members) {
        const present = probed.get(member.key);
        if (present) present.member = member;
        else start(member);
      }
    },
    stateOf,
    close() {
      for (const key of probed.keys()) stop(key);
    },
  };
}

function questionOf(check: HealthCheck): { readonly port: number; readonly question: Question } | undefined {
  const { httpHealthCheck: http, tcpHealthCheck: tcp } = check;
  if (check.type === 'TCP') return { port: tcp?.port ?? 80, question: { type: 'tcp' } };
  if (check.type !== 'HTTP') return undefined;
  const headers = { 'user-agent': 'GoogleHC/1.0', ...(http?.host ? { host: http.host } : {}) };
  return { port: http?.port ?? 80, question: { type: 'http', path: http?.requestPath ?? '/', headers } };
}

function served(question: Question, { answer }: Extract<Verdict, { type: 'serve' }>): ProbeAnswer {
  if (question.type === 'tcp') return { reached: true, headers: {} };
  const { status, headers } = answer(question.path);
  return { reached: true, status, headers };
}

/** A connection is enough for TCP; HTTP must answer 200 and nothing else. */
const isSuccess = ({ type }: HealthCheck, answer: ProbeAnswer): boolean =>
  answer.reached && (type === 'TCP' || answer.status === 200);

const mostWeight = 1000;

function weightOf(headers: Readonly<Record<string, string>>): number | undefined {
  const text = headers['x-load-balancing-endpoint-weight'];
  return text !== undefined && /^\d{1,4}$/.test(text) && Number(text) <= mostWeight ? Number(text) : undefined;
}
