import { PorticoError } from '../errors.ts';
import { notWanted, type Plan, type Step, type StepId } from '../graph/plan.ts';
import { withhold } from '../graph/withhold.ts';
import type { LoadBalancerIntent } from '../model/intent.ts';
import type { Policy } from '../model/policy.ts';
import type { ResourceId } from '../graph/resource.ts';
import { type Observation, type Provider, stickyIp } from '../provider.ts';

export interface Restrained {
  readonly plan: Plan;
  readonly withheld: number;
  /** What keeps the Service from what it asks for; undefined when nothing does. */
  readonly error: PorticoError | undefined;
  /** What is not wanted any more, is in nobody's way, and stays because of the policy. */
  readonly left: readonly ResourceId[];
}

export interface Terms {
  /** Whether the present address may be given up. */
  readonly agreed: boolean;
  readonly policy: Policy;
}

/**
 * The plan without steps on what is not ours, without those that give up an address nobody agreed to give up, and without
 * what the policy does not allow; where the provider refuses a step nothing is done but leave what others wait for.
 */
export function restrain(
  full: Plan,
  observed: Observation,
  object: string,
  { agreed, policy }: Terms,
  refuses: Provider['refuses'] = () => undefined,
): Restrained {
  for (const step of full.steps) {
    const error = refuses(step);
    if (error) {
      const plan = allowedBy(policy, withhold(full, (each) => !isMisplaced(each, observed)).plan).plan;
      return { plan, withheld: full.steps.length - plan.steps.length, error, left: [] };
    }
  }
  const foreign = withhold(full, (step) => observed.foreign.has(step.resource.id));
  const risky = withhold(foreign.plan, (step) => step.risk === 'address' && !agreed);
  const allowed = allowedBy(policy, risky.plan);
  return {
    plan: allowed.plan,
    withheld: full.steps.length - allowed.plan.steps.length,
    error:
      conflict(observed, object) ?? consentNeeded(risky.refused, object) ?? notAllowed(allowed.refused, policy, object),
    left: allowed.left,
  };
}

const isMisplaced = ({ op, resource, risk }: Step, { sticky }: Observation): boolean =>
  op === 'delete' && risk !== 'address' && sticky.misplaced?.includes(resource.id) === true;

/** With `upsert-only`, what is not wanted any more is just left; a replacement, which begins with a deletion, waits. */
function allowedBy(policy: Policy, plan: Plan): Pick<Restrained, 'plan' | 'left'> & { refused: readonly Step[] } {
  switch (policy) {
    case 'sync':
      return { plan, refused: [], left: [] };
    case 'observe':
      return { plan: { steps: [] }, refused: [], left: [] };
    case 'upsert-only': {
      const isLeft = ({ why }: Step): boolean => why === notWanted;
      const kept = withhold(plan, (step) => step.op === 'delete' && !isLeft(step));
      return {
        plan: { steps: kept.plan.steps.filter((step) => !isLeft(step)) },
        refused: kept.refused,
        left: plan.steps.filter(isLeft).map(({ resource }) => resource.id),
      };
    }
    default:
      return policy satisfies never;
  }
}

/**
 * Whether the Service asks for another address than it has: for a certain one, for another kind (internal or external),
 * for none of a family, or for no balancer at all.
 */
export function asksForAnotherAddress(intent: LoadBalancerIntent, { sticky }: Observation): boolean {
  const { address } = intent;
  if (intent.balancer === 'none') return true;
  if (address.kind === 'name') return true;
  if (address.kind === 'ip' && sticky.addresses.every(({ ip }) => ip !== address.ip)) return true;
  return sticky.addresses.some(
    ({ scheme, family, ip }) =>
      scheme !== intent.scheme || !intent.families.includes(family) || stickyIp(sticky, scheme, family) !== ip,
  );
}

/** The steps that give an address up, and the deletions before them, with which what it carried ends. */
export function stepsThatLose({ steps }: Plan): ReadonlySet<StepId> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const found = new Set<StepId>();
  const open = steps.filter(({ risk }) => risk === 'address');
  for (const { id, op, after } of open) {
    if (op !== 'delete' || found.has(id)) continue;
    found.add(id);
    open.push(...after.flatMap((before) => byId.get(before) ?? []));
  }
  return found;
}

function conflict({ foreign }: Observation, object: string): PorticoError | undefined {
  if (foreign.size === 0) return undefined;
  const found = [...foreign.values()].toSorted().join('; ');
  return new PorticoError(
    'conflict',
    `${object} needs names that are taken: ${found}. Portico leaves them alone; delete or rename them.`,
    { object },
  );
}

/** Why the policy keeps steps from being done; undefined when there are none. */
export function notAllowed(refused: readonly Step[], policy: Policy, object: string): PorticoError | undefined {
  if (refused.length === 0) return undefined;
  const what = refused.map((step) => `${step.id} (${step.why})`).join('; ');
  return new PorticoError(
    'withheld',
    `${object} has the policy ${policy}, which allows no deletion: ${what}. Undo the change, or allow it with the policy sync (annotation portico.dev/policy, setting --policy).`,
    { object },
  );
}

function consentNeeded(refused: readonly Step[], object: string): PorticoError | undefined {
  if (refused.length === 0) return undefined;
  const what = refused.map((step) => `${step.id} (${step.why})`).join('; ');
  return new PorticoError(
    'withheld',
    `${object} would lose its address: ${what}. Undo the change, or consent with the annotation portico.dev/allow-address-change: "true".`,
    { object },
  );
}
