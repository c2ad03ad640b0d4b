import { invalidField } from '../api-error.ts';
import { parseRange } from '../ip-address.ts';
import { type Document, equal, text, texts } from '../json.ts';
import type { Placement, Site } from '../kind.ts';
import type { Entry } from '../resource-store.ts';

/** Fields in which a rule for some sources and the one for all others must agree. */
const matched: readonly string[] = ['IPAddress', 'IPProtocol', 'ports', 'portRange', 'allPorts'];
const mostRanges = 64;
const field = 'resource.sourceIpRanges';

export const hasSources = (body: Document): boolean => texts(body, 'sourceIpRanges').length > 0;

/** https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules: sourceIpRanges */
export function checkSources(body: Document, { scope }: Placement): void {
  const ranges = texts(body, 'sourceIpRanges');
  if (ranges.length === 0) return;
  if (scope.type !== 'regions' || text(body, 'loadBalancingScheme') !== 'EXTERNAL') {
    throw invalidField(field, ranges, 'Only regional rules of scheme EXTERNAL have source ranges.');
  }
  if (ranges.length > mostRanges) throw invalidField(field, ranges.length, `At most ${mostRanges} are allowed.`);
  const bad = ranges.find((range) => parseRange(range) === undefined);
  if (bad !== undefined) throw invalidField(field, bad, 'Must be an IP address or a CIDR range.');
}

/** The rule without source ranges that has the same address, protocol and ports; it must come first. */
export function baseRuleOf(site: Site, body: Document, rules: readonly Entry[]): string | undefined {
  if (!hasSources(body)) return undefined;
  const base = rules.find(
    (rule) => !hasSources(rule.body) && matched.every((name) => equal(rule.body[name], body[name])),
  );
  if (base === undefined) {
    throw invalidField(
      field,
      body['sourceIpRanges'],
      'No rule without source ranges has this address and these ports.',
    );
  }
  return site.link(base.key);
}
