import { expect, it } from 'vitest';
import { kinds } from '../../../../mocks/kube-apiserver/kinds/served.ts';
import type { Kind, KubeObject } from '../../../../mocks/kube-apiserver/kind.ts';
import { fieldSelector } from '../../../../mocks/kube-apiserver/select/field-selector.ts';
import { labelSelector } from '../../../../mocks/kube-apiserver/select/label-selector.ts';

const services = kinds.find(({ kind }) => kind === 'Service') as Kind;
const service = (labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: 'default', labels },
  spec: { type: 'NodePort' },
});

it.each<[string, Record<string, string>, boolean]>([
  ['', {}, true],
  ['a', { a: '' }, true],
  ['!a', { a: '' }, false],
  ['in in (in,notin)', { in: 'notin' }, true],
  ['a in ()', { a: '' }, true],
  ['a in (,b)', { a: '' }, true],
  ['a in (b,)', { a: '' }, true],
  ['a in (b,,c)', { a: 'c' }, true],
  ['a in (b)', { a: '' }, false],
  ['a notin (b)', {}, true],
  ['a=', { a: '' }, true],
  ['a!=', { a: 'x' }, true],
  ['a>1,a<3', { a: '2' }, true],
  ['a>1', { a: 'x' }, false],
  ['example.com/a==b , c', { 'example.com/a': 'b', c: '' }, true],
])('the label selector %j of %j is %s', (selector, labels, expected) => {
  expect(labelSelector(selector)(service(labels))).toBe(expected);
});

const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const value =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

// The words of https://github.com/kubernetes/apimachinery/blob/v0.36.0/pkg/labels/selector.go
it.each([
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  [',a', "found ',', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a,,b', "found ',', expected: identifier after ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['!a=b', "found '=', expected: ',' or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['a gt 1', "unable to parse requirement: found 'gt', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (!', "unable to parse requirement: found '!', expected: ',', ')' or identifier"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (b,!)', "unable to parse requirement: found '!', expected: ',', or identifier"],
  [
    'a>x',
    `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
  ],
  ['-a', `unable to parse requirement: <nil>: Invalid value: "-a": ${qualified}`],
  ['a=-b', `unable to parse requirement: values[0][a]: Invalid value: "-b": ${value}`],
  [
    'a in (-b,-c)',
    `unable to parse requirement: [values[0][a]: Invalid value: "-b": ${value}, values[1][a]: Invalid value: "-c": ${value}]`,
  ],
])('refuses the label selector %j', (selector, message) => {
  expect(() => labelSelector(selector)).toThrow(message);
});

it.each([
  ['', true],
  ['metadata.name=a', true],
  ['metadata.name!=a', false],
  ['spec.type==NodePort,metadata.namespace=default', true],
  ['metadata.name=\\,', false],
])('the field selector %j is %s', (selector, expected) => {
  expect(fieldSelector(services, selector)(service({}))).toBe(expected);
});

it.each([
  ['metadata.name=a=b', 'invalid field selector: unescaped character in value: 61'],
  ['metadata.name=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ['z,a', "invalid selector: 'z,a'; can't understand 'a'"],
  ['spec.nope=1', 'field label not supported: spec.nope'],
])('refuses the field selector %j', (selector, message) => {
  expect(() => fieldSelector(services, selector)).toThrow(message);
});
