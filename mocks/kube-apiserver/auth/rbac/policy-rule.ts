import { isObject, type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import type { Attributes } from '../attributes.ts';

/** One rule of a role: verbs on resources, or on paths. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: JsonObject): readonly PolicyRule[] {
  return listOf(role['rules']).filter(isObject).map(ruleOf);
}

function ruleOf(rule: JsonObject): PolicyRule {
  const texts = (key: keyof PolicyRule): readonly string[] => listOf(rule[key]).map(textOf);
  return {
    verbs: texts('verbs'),
    apiGroups: texts('apiGroups'),
    resources: texts('resources'),
    resourceNames: texts('resourceNames'),
    nonResourceURLs: texts('nonResourceURLs'),
  };
}

/** As a body holds it: without the lists that are empty. */
export function ruleJson(rule: PolicyRule): JsonObject {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  const given = { apiGroups, resources, resourceNames, nonResourceURLs };
  const filled = Object.entries(given).filter(([, list]) => list.length > 0);
  return { verbs, ...(Object.fromEntries(filled) as Readonly<Record<string, readonly Json[]>>) };
}

/** Whether a rule allows a request. */
export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if (attributes.type === 'path') return rule.nonResourceURLs.some((url) => coversPath(url, attributes.path));
  const { group, resource, subresource, name } = attributes;
  return (
    hasOrAll(rule.apiGroups, group) &&
    rule.resources.some((allowed) => coversResource(allowed, resource, subresource)) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(name))
  );
}

export function hasOrAll(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function coversResource(allowed: string, resource: string, subresource: string): boolean {
  if (allowed === '*') return true;
  if (subresource === '') return allowed === resource;
  return allowed === `${resource}/${subresource}` || allowed === `*/${subresource}`;
}

/** Whether a path of a rule covers a path; a trailing * is any end. */
export function coversPath(allowed: string, path: string): boolean {
  if (allowed === '*' || allowed === path) return true;
  return allowed.endsWith('*') && path.startsWith(allowed.replace(/\*+$/, ''));
}
