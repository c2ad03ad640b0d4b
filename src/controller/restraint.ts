import { PorticoError } from '../errors.ts';
import type { Plan, Step, StepId } from '../graph/plan.ts';
import { withhold } from '../graph/withhold.ts';
import type { LoadBalancerIntent } from '../model/intent.ts';
import { type Observation, type Provider, stickyIp } from '../provider.ts';

export interface Restrained {
  readonly plan: Plan;
  readonly withheld: number;
  /** Why the plan is not the whole plan; undefined when it is. */
  readonly error: PorticoError | undefined;
}

/**
 * The plan without steps on what is not ours, and without those that give up an address nobody agreed to give up; nothing
 * of it where the provider refuses a step.
 */
export function restrain(
  full: Plan,
  observed: Observation,
  object: string,
  agreed: boolean,
  refuses: Provider['refuses'] = () => undefined,
): Restrained {
  for (const step of full.steps) {
    const error = refuses(step);
    if (error) return { plan: { steps: [] }, withheld: full.steps.length, error };
  }
  const foreign = withhold(full, (step) => observed.foreign.has(step.resource.id));
  const risky = withhold(foreign.plan, (step) => step.risk === 'address' && !agreed);
  return {
    plan: risky.plan,
    withheld: full.steps.length - risky.plan.steps.length,
    error: conflict(observed, object) ?? consentNeeded(risky.refused, object),
  };
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

function consentNeeded(refused: readonly Step[], object: string): PorticoError | undefined {
  if (refused.length === 0) return undefined;
  const what = refused.map((step) => `${step.id} (${step.why})`).join('; ');
  return new PorticoError(
    'withheld',
    `${object} would lose its address: ${what}. Undo the change, or consent with the annotation portico.dev/allow-address-change: "true".`,
    { object },
  );
}
