import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../../mocks/kube-apiserver/decode/json-text.ts';
import { canonicalQuantity } from '../../../../mocks/kube-apiserver/decode/quantity.ts';
import { parseTime } from '../../../../mocks/kube-apiserver/decode/time.ts';
import { decodeTyped } from '../../../../mocks/kube-apiserver/decode/typed.ts';
import { serviceSchema } from '../../../../mocks/kube-apiserver/schema/service.ts';

const decode = (text: string) => decodeTyped(parseJson(text), serviceSchema);

describe('decoding by schema', () => {
  it('orders known fields, drops empty ones and names the unknown', () => {
    const { value, strict } = decode(
      '{"spec":{"typ":1,"ports":[{"nodeport":1,"port":80}]},"extra":{},"kind":"Service"}',
    );
    expect(JSON.stringify(value)).toBe(
      '{"kind":"Service","metadata":{},"spec":{"ports":[{"port":80,"targetPort":0}]},"status":{"loadBalancer":{}}}',
    );
    expect(strict).toEqual([
      'unknown field "spec.typ"',
      'unknown field "spec.ports[0].nodeport"',
      'unknown field "extra"',
    ]);
  });

  it.each([
    [
      '{"spec":{"ports":[{"nodePort":"1"}]}}',
      'string into Go struct field ServicePort.spec.ports.nodePort of type int32',
    ],
    ['{"spec":{"ports":{}}}', 'object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort'],
    ['{"spec":{"ports":[1.5]}}', 'number into Go struct field ServiceSpec.spec.ports of type v1.ServicePort'],
    ['{"spec":{"ports":[{"port":1.5}]}}', 'number 1.5 into Go struct field ServicePort.spec.ports.port of type int32'],
    ['{"spec":{"ports":[{"port":3000000000}]}}', 'number 3000000000 into Go struct field ServicePort.spec.ports.port'],
    ['{"spec":{"type":5}}', 'number into Go struct field ServiceSpec.spec.type of type v1.ServiceType'],
    ['{"metadata":{"labels":{"a":1}}}', 'number into Go struct field ObjectMeta.metadata.labels of type string'],
    ['{"spec":"x"}', 'string into Go struct field Service.spec of type v1.ServiceSpec'],
    ['[]', 'array into Go value of type v1.Service'],
  ])('refuses %s as Go does', (text, message) => {
    expect(() => decode(text)).toThrow(`json: cannot unmarshal ${message}`);
  });
});

describe('times', () => {
  it.each([
    ['2026-01-01T02:00:00+02:00', 'time', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00.123Z', 'time', '2026-01-01T00:00:00Z'],
    ['2026-01-01T02:00:00.123456+02:00', 'micro-time', '2026-01-01T00:00:00.123456Z'],
  ] as const)('%s as %s is %s', (text, precision, time) => {
    expect(parseTime(text, precision)).toEqual({ time });
  });

  it.each([
    ['2026-01-01T00:00:00Z', 'micro-time', 'cannot parse "Z" as ".000000"'],
    ['2026-01-01T00:00:00.123Z', 'micro-time', 'cannot parse ".123Z" as ".000000"'],
    ['yesterday', 'time', 'cannot parse "yesterday" as "2006"'],
    ['2026-01-01', 'time', 'cannot parse "" as "T"'],
    ['2026-13-01T00:00:00Z', 'time', 'month out of range'],
    ['2026-02-30T00:00:00Z', 'time', 'day out of range'],
  ] as const)('%s is no %s: %s', (text, precision, message) => {
    expect(parseTime(text, precision)).toMatchObject({ error: expect.stringContaining(message) as string });
  });
});

it.each([
  ['1000m', '1'],
  ['0.5', '500m'],
  ['1500', '1500'],
  ['1000', '1k'],
  ['1024Ki', '1Mi'],
  ['4025892Ki', '4025892Ki'],
  ['1e3', '1e3'],
  ['0', '0'],
  ['-2Gi', '-2Gi'],
  ['0.5Gi', '512Mi'],
  ['', undefined],
  ['x', undefined],
  ['1Zi', undefined],
])('the quantity %j is answered as %j', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});
