import type { Plan } from '../graph/plan.ts';
import type { ErrorReason, PorticoError } from '../errors.ts';
import type { Condition } from '../model/service.ts';
import type { ConditionReason, DriftReason } from './condition-reasons.ts';

/** Whether what the Service asks for is in the cloud, and if not, why and since when. */
export const programmedType = 'portico.dev/Programmed';
/** There, and False, only while an address is in use that should be reserved and is not. */
export const reservedType = 'portico.dev/AddressReserved';
/** What is in the cloud and not asked for: True while it is left, by the policy for drift. */
export const driftType = 'portico.dev/Drift';
export const conditionTypes = [programmedType, reservedType, driftType] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** What the condition says, before it has a time. */
export interface Verdict {
  readonly status: Condition['status'];
  readonly reason: ConditionReason | DriftReason | ErrorReason;
  readonly message: string;
}

export const verdicts = {
  provisioning: { status: 'False', reason: 'Provisioning', message: 'The load balancer is being made.' },
  opening: { status: 'False', reason: 'Provisioning', message: 'The way to the nodePorts is being opened.' },
  deleting: { status: 'False', reason: 'Deleting', message: 'The load balancer is being deleted.' },
  cutOff: {
    status: 'False',
    reason: 'CutOff',
    message: 'Parts of the load balancer were taken away in the cloud, and the policy for drift leaves it so.',
  },
  noNodes: {
    status: 'False',
    reason: 'NoEligibleNodes',
    message:
      'The load balancer is there, but no node can carry its traffic. Check that there are nodes with a spec.providerID, without the label node.kubernetes.io/exclude-from-external-load-balancers.',
  },
  noMembers: {
    status: 'False',
    reason: 'NoEligibleNodes',
    message:
      'The load balancer is there, but no machine could join it. The Events of the Nodes say why; it is tried again.',
  },
} as const satisfies Record<string, Verdict>;

export const programmed = (ingress: readonly string[]): Verdict => ({
  status: 'True',
  reason: 'Programmed',
  message: `Traffic to ${ingress.join(' and ')} is sent to the nodes.`,
});

/** What would be done for a Service that is only looked at. */
export function observedOnly({ steps }: Plan, problem: PorticoError | undefined): Verdict {
  const held = problem ? ` Not all of it could be done: ${problem.message}` : '';
  const what = steps.map(({ id, why }) => `${id} (${why})`).join('; ');
  return {
    status: 'False',
    reason: 'Observed',
    message: `The policy is observe, so nothing is done. It would take ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}: ${what}.${held}`,
  };
}

const openReason: ConditionReason = 'NodePortsOpen';

export const nodePortsOpen = (nodePorts: readonly string[]): Verdict => ({
  status: 'True',
  reason: openReason,
  message: `Clients reach ${nodePorts.join(', ')} at the nodes’ own addresses.`,
});

/** Whether nothing but the way to its nodePorts was made for the Service. */
export const isNodePortsOpen = (conditions: readonly Condition[]): boolean =>
  conditionIn(conditions)?.reason === openReason;

export const conditionIn = (
  conditions: readonly Condition[],
  type: ConditionType = programmedType,
): Condition | undefined => conditions.find((condition) => condition.type === type);

/** The condition to write: the one there is when it says the same, with its time when only the reason differs. */
export function conditionOf(
  type: ConditionType,
  verdict: Verdict,
  before: Condition | undefined,
  nowMs: number,
): Condition {
  if (
    before?.status === verdict.status &&
    before.reason === verdict.reason &&
    before.message === shortened(verdict.message)
  ) {
    return before;
  }
  const since = before?.status === verdict.status ? before.lastTransitionTime : timestamp(nowMs);
  return { type, ...verdict, message: shortened(verdict.message), lastTransitionTime: since };
}

/** RFC 3339 to the second, as Kubernetes writes times. */
export const timestamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** The API server refuses messages of conditions longer than 32768 bytes; people stop reading long before. */
const shortened = (message: string): string => (message.length <= 1024 ? message : `${message.slice(0, 1023)}…`);
