import type { Call, User } from '../cluster.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { namespaceOf, withMetadata } from '../metadata.ts';
import type { Outcome } from '../rest/outcome.ts';
import { badRequest, invalid } from '../status.ts';
import { invalidValue, required } from '../validation/field-error.ts';
import { answered, posted } from './answered-kind.ts';
import type { Attributes } from './attributes.ts';

/** SelfSubjectAccessReview: may I? */
export function reviewOwnAccess(call: Call): Outcome {
  const { object, warnings } = posted(call);
  const spec = objectOf(object['spec']);
  refuse(call, [...wrongQuestion(spec), ...wrongSelectors(spec), ...wrongMetadata(object, false)]);
  return answered(withAnswer(call, object, call.user), warnings);
}

/** SubjectAccessReview: may somebody? */
export function reviewAccess(call: Call): Outcome {
  const { object, warnings } = posted(call);
  refuse(call, [...wrongSubject(objectOf(object['spec'])), ...wrongMetadata(object, false)]);
  return answered(withAnswer(call, object, subjectOf(objectOf(object['spec']))), warnings);
}

/** LocalSubjectAccessReview: may somebody, in this namespace? */
export function reviewLocalAccess(call: Call): Outcome {
  const { object: given, warnings } = posted(call);
  const namespace = namespaceOf(given) || call.namespace;
  if (namespace !== call.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const object = withMetadata(given, { namespace });
  const spec = objectOf(object['spec']);
  const asked = spec['resourceAttributes'];
  const elsewhere = isObject(asked) && textOf(asked['namespace']) !== namespace;
  refuse(call, [
    ...wrongSubject(spec),
    ...wrongMetadata(object, true),
    ...(elsewhere
      ? [
          invalidValue(
            'spec.resourceAttributes.namespace',
            textOf(objectOf(asked)['namespace']),
            'must match metadata.namespace',
          ),
        ]
      : []),
    ...(isObject(spec['nonResourceAttributes'])
      ? [
          invalidValue(
            'spec.nonResourceAttributes',
            shownPath(spec['nonResourceAttributes']),
            'disallowed on this kind of request',
          ),
        ]
      : []),
  ]);
  return answered(withAnswer(call, object, subjectOf(spec)), warnings);
}

function refuse(call: Call, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ ...call.kind, kind: '' }, '', errors);
}

function wrongQuestion(spec: JsonObject): readonly FieldError[] {
  const resource = isObject(spec['resourceAttributes']);
  const path = spec['nonResourceAttributes'];
  if (resource && isObject(path)) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', shownPath(path), why)];
  }
  if (resource || isObject(path)) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidValue('spec.resourceAttributes', null, why)];
}

function wrongSubject(spec: JsonObject): readonly FieldError[] {
  const nobody = textOf(spec['user']) === '' && listOf(spec['groups']).length === 0;
  return [
    ...wrongQuestion(spec),
    ...(nobody ? [invalidValue('spec.user', '', 'at least one of user or group must be specified')] : []),
    ...wrongSelectors(spec),
  ];
}

function wrongSelectors({ resourceAttributes }: JsonObject): readonly FieldError[] {
  return ['fieldSelector', 'labelSelector'].flatMap((key) => {
    const selector = objectOf(resourceAttributes)[key];
    if (!isObject(selector)) return [];
    const field = `spec.resourceAttributes.${key}`;
    const raw = textOf(selector['rawSelector']);
    const requirements = listOf(selector['requirements']).length > 0;
    if (raw !== '' && requirements) {
      return [invalidValue(`${field}.rawSelector`, raw, 'may not specified at the same time as requirements')];
    }
    if (raw !== '' || requirements) return [];
    const why = `when ${field} is specified, requirements or rawSelector is required`;
    return [required(`${field}.requirements`, why)];
  });
}

/** Shown with the names of Go's internal type. */
function shownPath({ path, verb }: JsonObject): Json {
  return { Path: textOf(path), Verb: textOf(verb) };
}

function wrongMetadata({ metadata }: KubeObject, local: boolean): readonly FieldError[] {
  const given = Object.keys(metadata).filter((key) => key !== 'managedFields' && !(local && key === 'namespace'));
  if (given.every((key) => (metadata[key] ?? null) === null)) return [];
  return [invalidValue('metadata', metadata, local ? 'must be empty except for namespace' : 'must be empty')];
}

function subjectOf(spec: JsonObject): User {
  const extra = Object.entries(objectOf(spec['extra'])).map(([key, list]) => [key, listOf(list).map(textOf)] as const);
  return {
    name: textOf(spec['user']),
    uid: textOf(spec['uid']),
    groups: listOf(spec['groups']).map(textOf),
    extra: Object.fromEntries(extra),
  };
}

function withAnswer({ cluster }: Call, object: KubeObject, user: User): KubeObject {
  const { allowed, reason } = cluster.auth.authorizer.authorize(user, askedOf(objectOf(object['spec'])));
  return { ...object, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function askedOf({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  const text = (key: string): string => textOf(objectOf(resourceAttributes ?? nonResourceAttributes)[key]);
  if (!isObject(resourceAttributes)) return { type: 'path', verb: text('verb'), path: text('path') };
  return {
    type: 'resource',
    verb: text('verb'),
    group: text('group'),
    version: text('version'),
    resource: text('resource'),
    subresource: text('subresource'),
    namespace: text('namespace'),
    name: text('name'),
  };
}
