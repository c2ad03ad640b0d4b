import { isIP } from 'node:net';
import { sameJson, textOf } from '../../json.ts';
import type { FieldError, KubeObject } from '../../kind.ts';
import { isV6, wrongIp } from '../../validation/addresses.ts';
import { duplicate, invalidValue, required, unsupported } from '../../validation/field-error.ts';
import { withSpec } from '../strategy.ts';
import { clusterIPsOf, familiesOf, isHeadless, specOf, typeOf } from './fields.ts';

/** Rules and defaults of clusterIP(s), ipFamilies and ipFamilyPolicy, on a cluster with IPv4 alone. */

const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

export function wrongAddresses(service: KubeObject): readonly FieldError[] {
  if (typeOf(service) === 'ExternalName') return [];
  const families = familiesOf(service);
  const policy = specOf(service)['ipFamilyPolicy'];
  const errors = [
    ...outOfStep(service),
    ...families.flatMap((family, index) => [
      ...(family === 'IPv4' || family === 'IPv6'
        ? []
        : [unsupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6'])]),
      ...(families.indexOf(family) < index ? [duplicate(`spec.ipFamilies[${index}]`, family)] : []),
    ]),
    ...(policy === undefined || policies.includes(textOf(policy))
      ? []
      : [unsupported('spec.ipFamilyPolicy', policy, policies)]),
  ];
  return [...errors, ...wrongList(service)];
}

function outOfStep(service: KubeObject): readonly FieldError[] {
  const clusterIP = textOf(specOf(service)['clusterIP']);
  const list = clusterIPsOf(service);
  if (clusterIP === '') {
    return list.length === 0
      ? []
      : [invalidValue('spec.clusterIPs', [...list], 'must be empty when `clusterIP` is not specified')];
  }
  if (list.length === 0) return [required('spec.clusterIPs')];
  return list[0] === clusterIP
    ? []
    : [invalidValue('spec.clusterIPs', [...list], 'first value must match `clusterIP`')];
}

function wrongList(service: KubeObject): readonly FieldError[] {
  const list = clusterIPsOf(service);
  const whole = (detail: string): FieldError => invalidValue('spec.clusterIPs', [...list], detail);
  const malformed = list.flatMap((ip, index) => {
    if (index > 0 || ip !== 'None') return wrongIp(`spec.clusterIPs[${index}]`, ip);
    return list.length > 1 ? [whole("'None' must be the first and only value")] : [];
  });
  const crowded = list.length > 2 ? [whole('may only hold up to 2 values')] : [];
  if (malformed.length > 0) return [...malformed, ...crowded];
  const [first = '', second] = list;
  const sameFamily = second !== undefined && (isV6(first) === isV6(second) || list.length > 2);
  return [
    ...crowded,
    ...(sameFamily ? [whole('may specify no more than one IP for each IP family')] : []),
    ...(isHeadless(service) ? [] : wrongFamilies(service)),
  ];
}

function wrongFamilies(service: KubeObject): readonly FieldError[] {
  const families = familiesOf(service);
  return clusterIPsOf(service).flatMap((ip, index) => {
    const family = families[index];
    if (family === undefined || family === familyOf(ip)) return [];
    return [
      invalidValue(
        `spec.clusterIPs[${index}]`,
        ip,
        `expected an ${family} value as indicated by \`ipFamilies[${index}]\``,
      ),
    ];
  });
}

function familyOf(ip: string): string {
  return isIP(ip) === 6 ? 'IPv6' : 'IPv4';
}

export type Families = { readonly service: KubeObject } | { readonly errors: readonly FieldError[] };

/** Fills in ipFamilyPolicy and ipFamilies, or says why they cannot be had here. */
export function withFamilies(given: KubeObject, old: KubeObject | undefined): Families {
  if (typeOf(given) === 'ExternalName') return { service: given };
  if (old && isSamePreferDualStack(given, old)) return { service: given };
  const dual = isHeadless(given) && Object.keys(specOf(given)['selector'] ?? {}).length === 0;
  const inherited = old ? specOf(old)['ipFamilyPolicy'] : undefined;
  const policy = textOf(specOf(given)['ipFamilyPolicy'] ?? inherited ?? (dual ? 'RequireDualStack' : 'SingleStack'));
  const wanted = withSpec(given, { ipFamilyPolicy: policy });
  const loose = wrongAddresses(wanted);
  if (loose.length > 0) return { errors: loose };
  const service = old && policy === 'SingleStack' ? withOneFamily(wanted, old) : wanted;
  const families = [...familiesOf(service)];
  const errors = [
    ...(old && policy !== 'SingleStack' ? reduced(service, old, policy) : []),
    ...tooMany(service, policy, families),
  ];
  for (const [index, ip] of clusterIPsOf(service).entries()) {
    if (ip === 'None') break;
    if (index < families.length) continue;
    if (isV6(ip)) {
      const detail = 'IPv6 is not configured on this cluster';
      errors.push(invalidValue(`spec.clusterIPs[${index}]`, [...clusterIPsOf(service)], detail));
    } else families.push('IPv4');
  }
  if (errors.length > 0) return { errors };
  if (dual) return { service: withSpec(service, { ipFamilies: dualFamilies(families, policy) }) };
  const unconfigured = [
    ...(policy === 'RequireDualStack'
      ? [invalidValue('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services')]
      : []),
    ...families.flatMap((family, index) =>
      family === 'IPv6' ? [invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')] : [],
    ),
  ];
  if (unconfigured.length > 0) return { errors: unconfigured };
  return { service: withSpec(service, { ipFamilies: families.length === 0 ? ['IPv4'] : families }) };
}

/** With an unchanged list of two, a change to SingleStack says clearly which of them goes. */
function withOneFamily(service: KubeObject, old: KubeObject): KubeObject {
  const first = (list: readonly string[], before: readonly string[]): readonly string[] =>
    sameJson([...list], [...before]) ? list.slice(0, 1) : list;
  const clusterIPs = first(clusterIPsOf(service), clusterIPsOf(old));
  const ipFamilies = first(familiesOf(service), familiesOf(old));
  return withSpec(service, {
    ...(clusterIPs.length > 0 ? { clusterIPs } : {}),
    ...(ipFamilies.length > 0 ? { ipFamilies } : {}),
  });
}

function reduced(service: KubeObject, old: KubeObject, policy: string): readonly FieldError[] {
  const fewer = (list: readonly string[], before: readonly string[]): boolean =>
    list.length > 0 && list.length < before.length;
  const refused = (what: string): FieldError =>
    invalidValue('spec.ipFamilyPolicy', policy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(fewer(clusterIPsOf(service), clusterIPsOf(old)) ? [refused('cluster IP')] : []),
    ...(fewer(familiesOf(service), familiesOf(old)) ? [refused('IP family')] : []),
  ];
}

function tooMany(service: KubeObject, policy: string, families: readonly string[]): readonly FieldError[] {
  if (policy !== 'SingleStack') return [];
  const field = 'spec.ipFamilyPolicy';
  const detail = (what: string): string =>
    `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
  return [
    ...(clusterIPsOf(service).length === 2 ? [invalidValue(field, policy, detail('cluster IPs'))] : []),
    ...(families.length === 2 ? [invalidValue(field, policy, detail('IP families'))] : []),
  ];
}

function dualFamilies(families: readonly string[], policy: string): readonly string[] {
  const [first = 'IPv4'] = families;
  if (families.length > 1 || policy === 'SingleStack') return families.length > 1 ? families : [first];
  return [first, first === 'IPv4' ? 'IPv6' : 'IPv4'];
}

function isSamePreferDualStack(service: KubeObject, old: KubeObject): boolean {
  const key = (each: KubeObject): string =>
    JSON.stringify([typeOf(each), specOf(each)['ipFamilyPolicy'], clusterIPsOf(each), familiesOf(each)]);
  return specOf(old)['ipFamilyPolicy'] === 'PreferDualStack' && key(service) === key(old);
}
