import { apiVersionOf } from '../api-version.ts';
import type { Kind } from '../kind.ts';
import { badRequest, type ApiError } from '../status.ts';
import { childOf } from './json-node.ts';
import type { JsonNode } from './json-text.ts';

/** Kind and version that a body says it has; the expected ones where it does not say. */
export interface TypeMeta {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
}

/** Versions that the scheme still knows though they are not served. */
const unserved: Readonly<Record<string, readonly string[]>> = {
  'coordination.k8s.io/Lease': ['v1beta1'],
  'discovery.k8s.io/EndpointSlice': ['v1beta1'],
  'events.k8s.io/Event': ['v1beta1'],
  'apps/Deployment': ['v1beta1', 'v1beta2'],
  'apps/ReplicaSet': ['v1beta2'],
};

const scheme = 'k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30';

const probe = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

/** Go's error for a tree from which no kind can be read; undefined when it can. */
export function unreadableKind(node: JsonNode): string | undefined {
  const wrong = (what: string, target: string): string => `json: cannot unmarshal ${what} into Go ${target}`;
  if (node.type !== 'object') return node.type === 'null' ? undefined : wrong(node.type, `value of type ${probe}`);
  for (const key of ['apiVersion', 'kind']) {
    const type = childOf(node, key)?.type ?? 'null';
    if (type !== 'string' && type !== 'null') return wrong(type, `struct field .${key} of type string`);
  }
  return undefined;
}

export function typeMetaOf(node: JsonNode, expected: TypeMeta): TypeMeta | { readonly error: string } {
  const text = (key: string): string => {
    const child = childOf(node, key);
    return child?.type === 'string' ? child.value : '';
  };
  return saidKind(text('apiVersion'), text('kind'), expected);
}

/** Kind and version as a body says them, both of which may be empty. */
export function saidKind(apiVersion: string, said: string, expected: TypeMeta): TypeMeta | { readonly error: string } {
  const kind = said || expected.kind;
  if (apiVersion === '') return { kind, group: expected.group, version: expected.version };
  const parts = apiVersion.split('/');
  if (parts.length > 2) return { error: `unexpected GroupVersion string: ${apiVersion}` };
  const [version = '', group = ''] = parts.toReversed();
  return { kind, group, version };
}

/** Refuses a body of another kind or version than the path asks for. */
export function checkKind(given: TypeMeta, expected: Kind, kinds: readonly Kind[]): ApiError | undefined {
  const same = given.kind === expected.kind && given.group === expected.group;
  if (same && given.version === expected.version) return undefined;
  const known = kinds.some(
    (each) =>
      each.group === given.group &&
      (each.kind === given.kind || `${each.kind}List` === given.kind) &&
      (each.version === given.version || unserved[`${given.group}/${given.kind}`]?.includes(given.version)),
  );
  if (same && known) {
    return badRequest(
      `the API version in the data (${apiVersionOf(given)}) does not match the expected API version (${apiVersionOf(expected)})`,
    );
  }
  return unhandled(given, expected, known ? conversion(given, expected) : notRegistered(given));
}

export function notRegistered(given: TypeMeta): string {
  return `no kind "${given.kind}" is registered for version "${apiVersionOf(given)}" in scheme "${scheme}"`;
}

function conversion(given: TypeMeta, expected: TypeMeta): string {
  const pkg = expected.group === '' ? 'core' : expected.group.split('.')[0];
  return `converting (${given.version}.${given.kind}) to (${pkg}.${expected.kind}): unknown conversion`;
}

export function unhandled(given: TypeMeta, expected: TypeMeta, why: string): ApiError {
  return badRequest(`${given.kind} in version "${given.version}" cannot be handled as a ${expected.kind}: ${why}`);
}
