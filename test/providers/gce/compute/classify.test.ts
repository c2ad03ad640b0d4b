import { describe, expect, it } from 'vitest';
import {
  codeOfHttp,
  codeOfOperation,
  errorOfAnswer,
  errorOfOperation,
  httpRules,
  operationRules,
} from '../../../../providers/gce/compute/classify.ts';

const body = (code: number, reason: string, message = 'said'): string =>
  JSON.stringify({ error: { code, message, errors: [{ message, domain: 'global', reason }] } });

describe('HTTP status and reason decide the code', () => {
  it.each([
    [400, 'invalid', 'invalid'],
    [400, 'required', 'invalid'],
    [400, 'resourceInUseByAnotherResource', 'in-use'],
    [400, 'resourceNotReady', 'transient'],
    [401, 'authError', 'unauthenticated'],
    [403, 'forbidden', 'denied'],
    [403, 'accessNotConfigured', 'denied'],
    [403, 'quotaExceeded', 'quota'],
    [403, 'rateLimitExceeded', 'throttled'],
    [404, 'notFound', 'not-found'],
    [409, 'alreadyExists', 'exists'],
    [409, 'resourceNotReady', 'transient'],
    [412, 'conditionNotMet', 'stale'],
    [429, 'rateLimitExceeded', 'throttled'],
    [500, 'backendError', 'transient'],
    [501, 'notImplemented', 'unsupported'],
    [502, undefined, 'transient'],
    [503, 'backendError', 'transient'],
    [504, undefined, 'transient'],
    [418, 'teapot', 'invalid'],
  ] as const)('%i %s → %s', (status, reason, code) => {
    expect(codeOfHttp(status, reason)).toBe(code);
  });

  it('has no row that an earlier one hides', () => {
    const hidden = httpRules.filter((row, index) =>
      httpRules
        .slice(0, index)
        .some(
          (before) => before.status === row.status && (before.reason === undefined || before.reason === row.reason),
        ),
    );
    expect(hidden).toEqual([]);
  });

  it('reads reason and message from a body, and neither from HTML', () => {
    const error = errorOfAnswer(
      { status: 403, headers: {}, body: body(403, 'quotaExceeded', "Quota 'X' exceeded.") },
      'addresses/a',
    );
    expect(error).toMatchObject({ code: 'quota', object: 'addresses/a' });
    expect(error.message).toContain("Quota 'X' exceeded.");
    expect(errorOfAnswer({ status: 502, headers: {}, body: '<html>' }, 'x').code).toBe('transient');
  });

  it.each<[number, string]>([
    [302, 'transient'],
    [400, 'transient'],
    [401, 'unauthenticated'],
    [403, 'denied'],
    [404, 'transient'],
    [409, 'transient'],
    [410, 'transient'],
    [412, 'transient'],
    [429, 'throttled'],
    [501, 'transient'],
  ])('%i from somebody else than the API is %s: it says nothing of a resource', (status, code) => {
    for (const text of ['<html>', '', 'null', '{}', '{"error":"not found"}', '{"error":{"message":"no"}}']) {
      expect(errorOfAnswer({ status, headers: {}, body: text }, 'x').code).toBe(code);
    }
  });

  it('quotes no more of it than a person reads', () => {
    const long = 'x'.repeat(1_000_000);
    expect(errorOfAnswer({ status: 403, headers: {}, body: body(403, 'r', long) }, 'x').message.length).toBeLessThan(
      3000,
    );
    const operation = { status: 'DONE', error: { errors: [{ code: 'C', message: long }] } };
    expect(errorOfOperation(operation, 'x')?.message.length).toBeLessThan(3000);
  });

  it('reads the reason of newer answers from their details', () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'quotaExceeded' }];
    const answer = { status: 403, headers: {}, body: JSON.stringify({ error: { code: 403, message: 'm', details } }) };
    expect(errorOfAnswer(answer, 'x').code).toBe('quota');
  });

  it('does not read the message: the same text with other reasons is other codes', () => {
    const text = 'The resource is in use by another resource and the quota is exceeded';
    const codes = ['invalid', 'quotaExceeded', 'rateLimitExceeded'].map(
      (reason) => errorOfAnswer({ status: 403, headers: {}, body: body(403, reason, text) }, 'x').code,
    );
    expect(codes).toEqual(['denied', 'quota', 'throttled']);
  });

  it.each<[string, number | undefined]>([
    ['7', 7000],
    ['0', 0],
    ['86400', 300_000],
    ['-1', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ])('honours Retry-After %s in seconds, for five minutes at most: %s ms', (header, ms) => {
    const answer = { status: 429, headers: { 'retry-after': header }, body: '' };
    expect(errorOfAnswer(answer, 'x').retryAfterMs).toBe(ms);
  });
});

describe('a finished operation', () => {
  it('without an error is none', () => {
    expect(errorOfOperation({ status: 'DONE', error: { errors: [] } }, 'x')).toBeUndefined();
  });

  it.each(Object.entries(operationRules))('%s → %s', (reason, code) => {
    const operation = { status: 'DONE', error: { errors: [{ code: reason, message: 'm' }] }, httpErrorStatusCode: 418 };
    expect(errorOfOperation(operation, 'x')).toMatchObject({ code, object: 'x' });
  });

  it.each([
    ['SOMETHING_NEW', 403, 'denied'],
    ['SOMETHING_NEW', 400, 'invalid'],
    ['SOMETHING_NEW', 503, 'transient'],
    ['SOMETHING_NEW', null, 'transient'],
  ] as const)('with the unknown code %s falls back to status %s → %s', (reason, status, code) => {
    expect(codeOfOperation(reason, status)).toBe(code);
  });
});
