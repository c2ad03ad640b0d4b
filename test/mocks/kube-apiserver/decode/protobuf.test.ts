import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProtobuf } from '../../../../mocks/kube-apiserver/decode/protobuf.ts';
import { kinds } from '../../../../mocks/kube-apiserver/kinds/served.ts';
import { serviceSchema } from '../../../../mocks/kube-apiserver/schema/service.ts';

const expected = { kind: 'Service', group: '', version: 'v1', schema: serviceSchema };
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
const bytes = (field: number, content: readonly number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
const number = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];

function unknown(kind: string, raw: readonly number[]): Uint8Array {
  const meta = bytes(1, [...bytes(1, text('v1')), ...bytes(2, text(kind))]);
  return new Uint8Array([...text('k8s'), 0, ...meta, ...bytes(2, raw)]);
}

describe('protobuf bodies', () => {
  it('reads what kubectl create service sends', () => {
    const port = [
      ...bytes(1, text('http')),
      ...bytes(2, text('TCP')),
      ...number(3, 80),
      ...bytes(4, [...number(1, 0), ...number(2, 8080)]),
    ];
    const named = [...number(3, 81), ...bytes(4, [...number(1, 1), ...bytes(3, text('web'))])];
    const selector = bytes(2, [...bytes(1, text('app')), ...bytes(2, text('kubia'))]);
    const spec = [...bytes(1, port), ...bytes(1, named), ...selector, ...bytes(4, text('LoadBalancer'))];
    const metadata = [...bytes(1, text('kubia')), ...bytes(8, [])];
    expect(readProtobuf(unknown('Service', [...bytes(1, metadata), ...bytes(2, spec)]), expected, kinds)).toEqual({
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'kubia', creationTimestamp: null },
        spec: {
          ports: [
            { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 },
            { port: 81, targetPort: 'web' },
          ],
          selector: { app: 'kubia' },
          type: 'LoadBalancer',
        },
      },
    });
  });

  it('says what it cannot read, and never throws', () => {
    expect(readProtobuf(new Uint8Array([1, 2, 3]), expected, kinds)).toHaveProperty('error');
    expect(readProtobuf(unknown('Nope', []), expected, kinds)).toMatchObject({
      error: expect.stringContaining('"Nope"') as string,
    });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (rubbish) => {
        const read = readProtobuf(new Uint8Array([...text('k8s'), 0, ...rubbish]), expected, kinds);
        expect(Object.keys(read)).toHaveLength(1);
      }),
      { numRuns: 2000 },
    );
  });
});
