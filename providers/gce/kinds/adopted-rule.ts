import type { KindPolicy } from '../../../src/graph/plan.ts';
import type { IpFamily, Scheme } from '../../../src/model/intent.ts';

/**
 * The wish to take the place of a rule that Portico did not make; the resource's name in the graph tells scheme, family and
 * rule. There as soon as the rule is the Service's to take, or gone: until then nothing is begun.
 */
export interface AdoptedRuleSpec {
  readonly rule: string;
}

/**
 * The proof: with this label and the UID of a Service as its value a rule is given to that Service, by somebody who may change
 * the rule. Of rules the description is for ever, so that a label is what can be set.
 */
export const adoptLabel = 'portico-adopt';

export const adoptedRulePolicy: KindPolicy<AdoptedRuleSpec> = { fields: { rule: 'update' }, loses: 'none' };

export const adoptedName = (scheme: Scheme, family: IpFamily, rule: string): string => `${scheme}:${family}:${rule}`;

export function readAdoptedName(name: string): {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly rule: string;
} {
  const [scheme, family, rule = ''] = name.split(':');
  return { scheme: scheme === 'internal' ? 'internal' : 'external', family: family === 'ipv6' ? 'ipv6' : 'ipv4', rule };
}
