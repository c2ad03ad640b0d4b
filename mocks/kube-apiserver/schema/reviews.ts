import { any, atomic, bool, keepEmpty, list, map, object, shape, struct, text, texts, topLevel } from './build.ts';
import { objectMeta } from './meta.ts';

const authorization = 'io.k8s.api.authorization.v1';
const authentication = 'io.k8s.api.authentication.v1';
const needed = { required: true, keepEmpty: true } as const;

const resourceAttributes = shape(`${authorization}.ResourceAttributes`, 'A request to a resource.', {
  namespace: text('Namespace; empty is all, or none for what is not namespaced.'),
  verb: text('Verb; * is all.'),
  group: text('API group; * is all.'),
  version: text('API version; * is all.'),
  resource: text('Resource; * is all.'),
  subresource: text('Subresource.'),
  name: text('Name; empty is all.'),
  fieldSelector: any('Limit by fields.'),
  labelSelector: any('Limit by labels.'),
});

const nonResourceAttributes = shape(`${authorization}.NonResourceAttributes`, 'A request to a path.', {
  path: text('The path.'),
  verb: text('The verb.'),
});

const accessFields = {
  resourceAttributes: object(resourceAttributes, 'The request, if to a resource.'),
  nonResourceAttributes: object(nonResourceAttributes, 'The request, if to a path.'),
};

const extra = map({ type: 'list', items: { type: 'string' } }, 'Further attributes of the user.');

const accessStatus = shape(`${authorization}.SubjectAccessReviewStatus`, 'The answer.', {
  allowed: bool('Whether it is allowed.', needed),
  denied: bool('Whether it is denied for sure.'),
  reason: text('Why.'),
  evaluationError: text('What went wrong while deciding.'),
});

export const selfSubjectAccessReviewSchema = topLevel(
  `${authorization}.SelfSubjectAccessReview`,
  'Asks whether the asking user may do something.',
  objectMeta,
  {
    spec: struct(shape(`${authorization}.SelfSubjectAccessReviewSpec`, 'The question.', accessFields), 'The question.'),
    status: struct(accessStatus, 'The answer.'),
  },
);

const subjectSpec = shape(`${authorization}.SubjectAccessReviewSpec`, 'The question.', {
  ...accessFields,
  user: text('Name of the user.'),
  groups: texts('Groups of the user.', atomic),
  extra,
  uid: text('UID of the user.'),
});

export const subjectAccessReviewSchema = topLevel(
  `${authorization}.SubjectAccessReview`,
  'Asks whether a user may do something.',
  objectMeta,
  { spec: struct(subjectSpec, 'The question.'), status: struct(accessStatus, 'The answer.') },
);

const resourceRule = shape(`${authorization}.ResourceRule`, 'What is allowed on resources.', {
  verbs: texts('Verbs.', { ...atomic, ...needed }),
  apiGroups: texts('API groups.', atomic),
  resources: texts('Resources.', atomic),
  resourceNames: texts('Names.', atomic),
});

const nonResourceRule = shape(`${authorization}.NonResourceRule`, 'What is allowed on paths.', {
  verbs: texts('Verbs.', { ...atomic, ...needed }),
  nonResourceURLs: texts('Paths.', atomic),
});

const rulesStatus = shape(`${authorization}.SubjectRulesReviewStatus`, 'What is allowed.', {
  resourceRules: list(resourceRule, 'On resources.', { ...atomic, ...keepEmpty }),
  nonResourceRules: list(nonResourceRule, 'On paths.', { ...atomic, ...keepEmpty }),
  incomplete: bool('Whether the list may be incomplete.', needed),
  evaluationError: text('What went wrong while deciding.'),
});

export const localSubjectAccessReviewSchema = topLevel(
  `${authorization}.LocalSubjectAccessReview`,
  'Asks whether a user may do something in a namespace.',
  objectMeta,
  { spec: struct(subjectSpec, 'The question.'), status: struct(accessStatus, 'The answer.') },
);

export const selfSubjectRulesReviewSchema = topLevel(
  `${authorization}.SelfSubjectRulesReview`,
  'Asks what the asking user may do in a namespace.',
  objectMeta,
  {
    spec: struct(
      shape(`${authorization}.SelfSubjectRulesReviewSpec`, 'The question.', { namespace: text('The namespace.') }),
      'The question.',
    ),
    status: struct(rulesStatus, 'The answer.'),
  },
);

export const userInfo = shape(`${authentication}.UserInfo`, 'A user.', {
  username: text('Name.'),
  uid: text('UID.'),
  groups: texts('Groups.', atomic),
  extra,
});

export const selfSubjectReviewSchema = topLevel(
  `${authentication}.SelfSubjectReview`,
  'Asks who the asking user is.',
  objectMeta,
  {
    status: struct(
      shape(`${authentication}.SelfSubjectReviewStatus`, 'The answer.', {
        userInfo: struct(userInfo, 'The asking user.'),
      }),
      'The answer.',
    ),
  },
);
