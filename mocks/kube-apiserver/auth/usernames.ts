import { wrongDnsSubdomain } from '../validation/names.ts';

/** Users whose names have a form: nodes and service accounts. */

export function nodeOf(username: string): string | undefined {
  const [, name] = /^system:node:(.+)$/.exec(username) ?? [];
  return name !== undefined && wrongDnsSubdomain(name).length === 0 ? name : undefined;
}

export function accountOf(username: string): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
