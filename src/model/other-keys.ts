import { isOptionKey, optionKeys } from './annotations.ts';
import { nearest } from './nearest.ts';
import { optionPrefix, options } from './options.ts';
import { error, type Finding, warning } from './shape.ts';

/** Annotations that other controllers know and Portico does not, and what there is instead. */
export const inertKeys: Readonly<Record<string, string>> = {
  'cloud.google.com/l4-rbs': 'every balancer of Portico has a backend service',
  'alpha.cloud.google.com/load-balancer-backend-share': 'each Service has a backend service of its own',
  'networking.gke.io/l4-strong-session-affinity': 'there is spec.sessionAffinity: ClientIP, without the guarantee',
  'networking.gke.io/l4lb-config': 'there is no logging of connections yet',
  'networking.gke.io/ip-collection-v6': 'addresses come from the cloud’s own ranges',
};

/** Where the controllers of other clouds keep their options. */
const elsewhere =
  /^(service\.(beta\.)?kubernetes\.io\/(aws|azure|do|oci|openstack|linode|vultr|ibm)-|load-balancer\.hetzner\.cloud\/|metallb\.(io|universe\.tf)\/|kube-vip\.io\/)/;

/** Where options for balancers are that nobody here knows. */
const balancers =
  /^(networking\.gke\.io\/(internal-)?load-balancer|cloud\.google\.com\/load-balancer|service\.beta\.kubernetes\.io\/)/;

/** All keys that stand for something here or for the controllers of GKE. */
const knownKeys: readonly string[] = [
  ...optionKeys.map(({ key }) => key),
  ...optionKeys.flatMap(({ aliases }) => aliases),
  ...Object.keys(inertKeys),
];

const domainOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf('/')));
const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1);
const knownDomains = [...new Set(knownKeys.map(domainOf))];
const knownNames = [...new Set(knownKeys.map(nameOf))];

/**
 * What is to be said of the keys of annotations that are none of Portico's options: those that were probably meant to be
 * one, which do nothing without a word, are errors; those of other controllers are warnings. Keys that begin with
 * Portico's own prefix are read elsewhere.
 */
export const otherKeys = (keys: readonly string[]): readonly Finding[] =>
  keys
    .filter((key) => !isOptionKey(key))
    .flatMap((key): readonly Finding[] => {
      const place = `metadata.annotations[${key}]`;
      const foreign = warning(place, 'is for another controller; Portico does nothing about it');
      const instead = Object.hasOwn(inertKeys, key) ? inertKeys[key] : undefined;
      if (instead !== undefined) return [warning(place, `does nothing: ${instead}`)];
      if (elsewhere.test(key)) return [foreign];
      if (Object.hasOwn(options, key)) {
        return [warning(place, `has no prefix, and does nothing; did you mean ${optionPrefix}${key}?`)];
      }
      const meant = meantBy(key);
      if (meant !== undefined) return [error(place, `is not known; did you mean ${meant}?`)];
      return balancers.test(key) ? [foreign] : [];
    });

/** Options that stand among the labels, where nobody reads them. */
export const strayLabels = (keys: readonly string[]): readonly Finding[] =>
  keys
    .filter((key) => isOptionKey(key) || meantBy(key) !== undefined)
    .map((key) => error(`metadata.labels[${key}]`, 'is no label; it belongs in metadata.annotations'));

/** The known key that this one is, or is most likely a misspelling of: both sides of its slash are near. */
export function meantBy(key: string): string | undefined {
  if (elsewhere.test(key)) return undefined;
  const name = nearest(nameOf(key), knownNames);
  const domain = domainMeantBy(domainOf(key));
  if (name === undefined || domain === undefined) return undefined;
  const there = `${domain}/${name}`;
  return knownKeys.includes(there) ? there : knownKeys.find((known) => nameOf(known) === name);
}

function domainMeantBy(domain: string): string | undefined {
  if (/^portico(\.|$)/i.test(domain)) return domainOf(optionPrefix);
  return nearest(domain, knownDomains) ?? (/(^|\.)(gke\.io|google\.com)$/.test(domain) ? domain : undefined);
}
