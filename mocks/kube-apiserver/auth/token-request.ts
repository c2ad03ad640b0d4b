import { type Call, find, newUid } from '../cluster.ts';
import { at, isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import type { KubeObject, Subresource } from '../kind.ts';
import { nameOf, namespaceOf, timestamp, uidOf, withMetadata } from '../metadata.ts';
import type { Outcome } from '../rest/outcome.ts';
import { tokenRequestSchema } from '../schema/tokens.ts';
import { badRequest, conflict, invalid, notFound } from '../status.ts';
import { invalidValue } from '../validation/field-error.ts';
import { answered, answeredKind, posted } from './answered-kind.ts';
import { issuer } from './service-account-token.ts';
import { claimsOf } from './service-accounts.ts';

const defaultSeconds = 3600;

const tokenRequest = answeredKind({
  group: 'authentication.k8s.io',
  kind: 'TokenRequest',
  schema: tokenRequestSchema,
  namespaced: true,
  defaults: (object) => ({ ...object, spec: { expirationSeconds: defaultSeconds, ...objectOf(object['spec']) } }),
});

/** `serviceaccounts/NAME/token`: gives a token of the account. */
export const tokenSubresource: Subresource = {
  name: 'token',
  verbs: ['create'],
  kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  handle: (call) => issueToken(call),
};

const fewestSeconds = 600;
const mostSeconds = 2 ** 32;

function issueToken(call: Call): Outcome {
  const { cluster, name, namespace } = call;
  const { object, warnings } = posted({ ...call, kind: tokenRequest });
  checkName(object, call);
  const account = find(call);
  if (!account) throw notFound(call.kind, name);
  const spec = objectOf(object['spec']);
  const given = listOf(spec['audiences']).map(textOf);
  const audiences = given.length > 0 ? given : [issuer];
  const expirationSeconds = Number(spec['expirationSeconds']);
  checkExpiration(expirationSeconds);
  const reference = spec['boundObjectRef'];
  const bound = isObject(reference) ? boundTo(call, reference) : {};
  const now = cluster.clock.now();
  const token = cluster.auth.signer.sign(
    claimsOf({
      namespace,
      account: { name, uid: uidOf(account) },
      audiences,
      issuedMs: now,
      expirationSeconds,
      id: newUid(cluster),
      bound,
    }),
  );
  const answer = {
    ...withMetadata(object, { name, namespace, creationTimestamp: timestamp(now) }),
    spec: { audiences, expirationSeconds, boundObjectRef: isObject(reference) ? reference : null },
    status: { token, expirationTimestamp: timestamp(now + expirationSeconds * 1000) },
  };
  return answered(answer, warnings);
}

function checkName(object: KubeObject, { name, namespace }: Call): void {
  const wrong = (field: 'name' | 'namespace', value: string): never => {
    const why = `must match the service account ${field} if specified`;
    throw invalid(tokenRequest, name, [invalidValue(`metadata.${field}`, value, why)]);
  };
  if (nameOf(object) !== '' && nameOf(object) !== name) wrong('name', nameOf(object));
  if (namespaceOf(object) !== '' && namespaceOf(object) !== namespace) wrong('namespace', namespaceOf(object));
}

function checkExpiration(seconds: number): void {
  const why =
    seconds < fewestSeconds
      ? 'may not specify a duration less than 10 minutes'
      : seconds > mostSeconds
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (why === undefined) return;
  throw invalid(tokenRequest, '', [invalidValue('spec.expirationSeconds', seconds, why)]);
}

/** What the token tells of the object that it is bound to. */
function boundTo({ cluster, name, namespace }: Call, reference: JsonObject): JsonObject {
  const kind = textOf(reference['kind']);
  const boundName = textOf(reference['name']);
  const plurals: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };
  const apiVersion = textOf(reference['apiVersion']);
  const plural = apiVersion === 'v1' ? plurals[kind] : undefined;
  const found = plural === undefined ? undefined : cluster.resources.find('', 'v1', plural);
  if (!found) {
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const object = find({ cluster, kind: found, namespace, name: boundName });
  if (!object) throw notFound(found, boundName);
  const uid = textOf(reference['uid']);
  if (uid !== '' && uid !== uidOf(object)) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ ...found, plural: kind }, boundName, why);
  }
  const about = { [kind.toLowerCase()]: { name: boundName, uid: uidOf(object) } };
  if (kind !== 'Pod') return about;
  if (textOf(at(object, 'spec', 'serviceAccountName')) !== name) {
    throw badRequest(
      `cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`,
    );
  }
  const node = textOf(at(object, 'spec', 'nodeName'));
  const host = node === '' ? undefined : cluster.store.get('/nodes', node);
  return { ...(node === '' ? {} : { node: { name: node, ...(host ? { uid: uidOf(host) } : {}) } }), ...about };
}
