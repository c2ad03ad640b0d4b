import type { Kind } from '../kind.ts';
import {
  localSubjectAccessReviewSchema,
  selfSubjectAccessReviewSchema,
  selfSubjectReviewSchema,
  selfSubjectRulesReviewSchema,
  subjectAccessReviewSchema,
} from '../schema/reviews.ts';
import { tokenReviewSchema } from '../schema/tokens.ts';
import { reviewAccess, reviewLocalAccess, reviewOwnAccess } from './access-reviews.ts';
import { answeredKind } from './answered-kind.ts';
import { reviewOwnRules, reviewSelf, reviewToken } from './user-reviews.ts';

const authentication = 'authentication.k8s.io';
const authorization = 'authorization.k8s.io';

/** Questions about users and permissions. */
export const reviewKinds: readonly Kind[] = [
  answeredKind({
    group: authentication,
    kind: 'SelfSubjectReview',
    schema: selfSubjectReviewSchema,
    respond: reviewSelf,
  }),
  answeredKind({ group: authentication, kind: 'TokenReview', schema: tokenReviewSchema, respond: reviewToken }),
  answeredKind({
    group: authorization,
    kind: 'LocalSubjectAccessReview',
    schema: localSubjectAccessReviewSchema,
    respond: reviewLocalAccess,
    namespaced: true,
  }),
  answeredKind({
    group: authorization,
    kind: 'SelfSubjectAccessReview',
    schema: selfSubjectAccessReviewSchema,
    respond: reviewOwnAccess,
  }),
  answeredKind({
    group: authorization,
    kind: 'SelfSubjectRulesReview',
    schema: selfSubjectRulesReviewSchema,
    respond: reviewOwnRules,
  }),
  answeredKind({
    group: authorization,
    kind: 'SubjectAccessReview',
    schema: subjectAccessReviewSchema,
    respond: reviewAccess,
  }),
];
