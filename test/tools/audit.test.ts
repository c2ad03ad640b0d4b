import { expect, it } from 'vitest';
import { verdict } from '../../tools/audit/verdict.ts';

const report = (severities: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      Object.entries(severities).map(([name, severity]) => [name, { name, severity, range: '<2.0.1' }]),
    ),
    metadata: { dependencies: { prod: 100, total: 240 } },
  });

it.each([
  [
    'a mirror that serves no advisories',
    '{"message":"405 Method Not Allowed - POST https://host/","error":{}}',
    '405 Method Not Allowed',
  ],
  [
    'no network',
    '{"message":"request failed, reason: connect ECONNREFUSED","error":{"code":"ECONNREFUSED"}}',
    'request failed, reason: connect ECONNREFUSED',
  ],
  ['nothing', '', 'no report came'],
  ['something else', '<html></html>', 'no report came'],
  ['a word', '"ok"', 'no report came'],
  ['a report without figures', '{"vulnerabilities":{}}', 'no report came'],
])('%s is not taken for a clean audit', (_, text, why) => {
  expect(verdict(text)).toEqual({ kind: 'unanswered', why });
});

it('advisories fail from high on', () => {
  expect(verdict(report({}))).toEqual({ kind: 'clean', packages: 240, minor: 0 });
  expect(verdict(report({ a: 'moderate', b: 'low' }))).toEqual({ kind: 'clean', packages: 240, minor: 2 });
  expect(verdict(report({ a: 'high', b: 'low', c: 'critical' }))).toEqual({
    kind: 'vulnerable',
    packages: ['a <2.0.1 (high)', 'c <2.0.1 (critical)'],
  });
});
