import { atomic, bool, int64, keepEmpty, object, shape, struct, text, texts, time, topLevel } from './build.ts';
import { objectMeta } from './meta.ts';
import { userInfo } from './reviews.ts';

const pkg = 'io.k8s.api.authentication.v1';

const boundObjectReference = shape(`${pkg}.BoundObjectReference`, 'The object that a token dies with.', {
  kind: text('Pod, Secret or Node.'),
  apiVersion: text('API version of the object.'),
  name: text('Name of the object.'),
  uid: text('UID of the object.', { goType: 'types.UID' }),
});

export const tokenRequestSchema = topLevel(`${pkg}.TokenRequest`, 'Asks for a token of a ServiceAccount.', objectMeta, {
  spec: struct(
    shape(`${pkg}.TokenRequestSpec`, 'The wish.', {
      audiences: texts('Whom the token is for; the API server when empty.', { ...atomic, required: true }),
      expirationSeconds: int64('How long the token lives; an hour when not given.', { pointer: true }),
      boundObjectRef: object(boundObjectReference, 'The object that the token dies with.'),
    }),
    'The wish.',
    { required: true },
  ),
  status: struct(
    shape(`${pkg}.TokenRequestStatus`, 'The token.', {
      token: text('The token.', { required: true }),
      expirationTimestamp: time('When it ends.', { required: true }),
    }),
    'The token.',
  ),
});

export const tokenReviewSchema = topLevel(`${pkg}.TokenReview`, 'Asks whose a token is.', objectMeta, {
  spec: struct(
    shape(`${pkg}.TokenReviewSpec`, 'The token.', {
      token: text('The token.'),
      audiences: texts('Whom the token should be for; the API server when empty.', atomic),
    }),
    'The token.',
    { required: true },
  ),
  status: struct(
    shape(`${pkg}.TokenReviewStatus`, 'The answer.', {
      authenticated: bool('Whether the token is good.'),
      user: struct(userInfo, 'Whose it is.', keepEmpty),
      audiences: texts('Whom of those asked for it is for.', atomic),
      error: text('Why it is not good.'),
    }),
    'The answer.',
  ),
});
