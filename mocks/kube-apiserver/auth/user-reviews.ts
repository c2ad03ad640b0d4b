import type { Call, User } from '../cluster.ts';
import { emptyObject } from '../decode/typed.ts';
import { goErrors } from '../go-text.ts';
import { type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { timestamp, withMetadata } from '../metadata.ts';
import type { Outcome } from '../rest/outcome.ts';
import { badRequest } from '../status.ts';
import { answered, posted } from './answered-kind.ts';
import { ruleJson } from './rbac/policy-rule.ts';

/** SelfSubjectRulesReview: what may I do in this namespace? */
export function reviewOwnRules(call: Call): Outcome {
  const { object, warnings } = posted(call);
  const namespace = textOf(objectOf(object['spec'])['namespace']);
  if (namespace === '') throw badRequest('no namespace on request');
  const { rules, errors } = call.cluster.auth.authorizer.rulesFor(call.user, namespace);
  const status = {
    resourceRules: rules.filter((rule) => rule.resources.length > 0).map(ruleJson),
    nonResourceRules: rules.filter((rule) => rule.nonResourceURLs.length > 0).map(ruleJson),
    incomplete: false,
    ...(errors.length === 0 ? {} : { evaluationError: goErrors(errors) }),
  };
  // The question is not repeated.
  return answered({ ...withMetadata(object, unmanaged), spec: {}, status }, warnings);
}

/** SelfSubjectReview: who am I? */
export function reviewSelf(call: Call): Outcome {
  const { warnings } = posted(call);
  const object = withMetadata(emptyObject(call.kind), { creationTimestamp: timestamp(call.cluster.clock.now()) });
  return answered({ ...object, status: { userInfo: userInfo(call.user) } }, warnings);
}

/** TokenReview: whose is this token? */
export function reviewToken(call: Call): Outcome {
  const { object, warnings } = posted(call);
  const spec = objectOf(object['spec']);
  const token = textOf(spec['token']);
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const verdict = call.cluster.auth.authenticator.check(token, listOf(spec['audiences']).map(textOf));
  const status =
    'error' in verdict
      ? { user: {}, error: verdict.error }
      : { authenticated: true, user: userInfo(verdict.user), audiences: verdict.audiences };
  return answered({ ...object, status }, warnings);
}

const unmanaged = {
  name: undefined,
  managedFields: undefined,
  creationTimestamp: undefined,
} as const;

function userInfo({ name, uid, groups, extra }: User): JsonObject {
  return {
    username: name,
    ...(uid === '' ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
