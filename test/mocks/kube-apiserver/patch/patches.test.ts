import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../../mocks/kube-apiserver/json.ts';
import { jsonPatch } from '../../../../mocks/kube-apiserver/patch/json-patch.ts';
import { mergePatch } from '../../../../mocks/kube-apiserver/patch/merge-patch.ts';
import { strategicMergePatch } from '../../../../mocks/kube-apiserver/patch/strategic.ts';
import { serviceSchema } from '../../../../mocks/kube-apiserver/schema/service.ts';

describe('JSON patch (RFC 6902)', () => {
  const document = { a: { b: [1, 2, 3] }, 'x/y': 'slash', n: null };
  const rows: readonly (readonly [string, Json, Json])[] = [
    ['adds to a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { ...document, a: { b: [1, 9, 2, 3] } }],
    ['appends', [{ op: 'add', path: '/a/b/-', value: 9 }], { ...document, a: { b: [1, 2, 3, 9] } }],
    ['counts from the end', [{ op: 'remove', path: '/a/b/-1' }], { ...document, a: { b: [1, 2] } }],
    ['unescapes keys', [{ op: 'replace', path: '/x~1y', value: 1 }], { ...document, 'x/y': 1 }],
    ['sets a missing key on replace', [{ op: 'replace', path: '/new', value: 1 }], { ...document, new: 1 }],
    ['moves', [{ op: 'move', from: '/a/b/0', path: '/m' }], { ...document, a: { b: [2, 3] }, m: 1 }],
    ['copies', [{ op: 'copy', from: '/a/b', path: '/c' }], { ...document, c: [1, 2, 3] }],
    ['passes a right test', [{ op: 'test', path: '/a', value: { b: [1, 2, 3] } }], document],
    ['takes a missing value for null in a test', [{ op: 'test', path: '/gone', value: null }], document],
  ];
  it.each(rows)('%s', (_title, operations, expected) => {
    expect(jsonPatch(document, operations)).toEqual(expected);
  });

  const refused: readonly Json[] = [
    [{ op: 'test', path: '/a', value: 1 }],
    [{ op: 'remove', path: '/gone' }],
    [{ op: 'add', path: '/gone/deep', value: 1 }],
    [{ op: 'add', path: '/a/b/7', value: 1 }],
    [{ op: 'replace', path: '/a/b/3', value: 1 }],
    [{ op: 'move', from: '/gone', path: '/m' }],
    [{ op: 'nope', path: '/a' }],
    [{ op: 'add', path: '', value: 1 }],
  ];
  it.each(refused.map((operations) => [JSON.stringify(operations), operations] as const))(
    'refuses %s without saying why',
    (_text, operations) => {
      expect(() => jsonPatch(document, operations)).toThrow(
        'the server rejected our request due to an error in our request',
      );
    },
  );
});

describe('merge patch (RFC 7386)', () => {
  it('merges objects, deletes by null, replaces lists and drops nulls from what is new', () => {
    const patch = { a: { b: null, new: { x: null, y: 1 } }, list: [{ z: null }, null] };
    expect(mergePatch({ a: { b: 1, c: 2 }, list: [1, 2] }, patch)).toEqual({ a: { c: 2, new: { y: 1 } }, list: [{}] });
  });

  it('is idempotent, and leaves what it does not name', () => {
    const objects = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue());
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const once = mergePatch(document as JsonObject, patch as JsonObject);
        expect(mergePatch(once, patch as JsonObject)).toEqual(once);
        for (const key of Object.keys(document)) {
          if (!(key in patch)) expect((once as JsonObject)[key]).toEqual(document[key]);
        }
      }),
    );
  });
});

describe('strategic merge patch', () => {
  const port = (number: number, more: JsonObject = {}): JsonObject => ({ port: number, protocol: 'TCP', ...more });
  const service = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({ metadata, spec });
  const patched = (document: JsonObject, patch: JsonObject): JsonObject =>
    strategicMergePatch(serviceSchema, document, patch);
  const [a, b, c] = [port(80, { name: 'a' }), port(81, { name: 'b' }), port(82, { name: 'c' })];

  it.each([
    ['merges an item by its key', [a, b], [{ port: 80, targetPort: 9 }], [{ ...a, targetPort: 9 }, b]],
    ['puts a new item first', [a, b], [{ port: 82 }], [{ port: 82 }, a, b]],
    ['deletes an item', [a, b], [{ $patch: 'delete', port: 80 }], [b]],
    ['replaces the list', [a, b], [{ $patch: 'replace' }, c], [c]],
    ['keeps what only the server has where it stood', [a, b, c], [{ port: 82 }, { port: 81 }], [a, c, b]],
  ])('%s', (_title, before, change, after) => {
    expect(patched(service({ ports: before }), { spec: { ports: change } })).toEqual(service({ ports: after }));
  });

  it('brings a list into the order that is asked for', () => {
    const change = { $setElementOrder: 0, '$setElementOrder/ports': [{ port: 82 }, { port: 80 }], ports: [c] };
    const { $setElementOrder: _marker, ...spec } = change;
    expect(patched(service({ ports: [a] }), { spec })).toEqual(service({ ports: [c, a] }));
  });

  it('merges sets of scalars, and deletes from them', () => {
    const metadata = { finalizers: ['x/a', 'x/b'] };
    const order = { '$setElementOrder/finalizers': ['x/b', 'x/c'], '$deleteFromPrimitiveList/finalizers': ['x/a'] };
    expect(patched({ metadata }, { metadata: { ...order, finalizers: ['x/c'] } })).toEqual({
      metadata: { finalizers: ['x/b', 'x/c'] },
    });
  });

  it('replaces lists without a merge strategy and maps on demand', () => {
    const before = service({ externalIPs: ['1.1.1.1'], selector: { a: '1' } });
    const after = patched(before, { spec: { externalIPs: ['2.2.2.2'], selector: { $patch: 'replace', b: '2' } } });
    expect(after).toEqual(service({ externalIPs: ['2.2.2.2'], selector: { b: '2' } }));
  });

  it('needs the merge key', () => {
    expect(() => patched(service({ ports: [a] }), { spec: { ports: [{ name: 'x' }] } })).toThrow(
      'map: map[name:x] does not contain declared merge key: port',
    );
  });

  const strategy = { type: 'RollingUpdate', rollingUpdate: {} };
  const order = (ports: readonly Json[], wanted: readonly Json[]): JsonObject => ({
    spec: { '$setElementOrder/ports': [...wanted], ports: [...ports] },
  });
  it.each([
    [{ spec: { ports: [{ $patch: 'merge', port: 80 }] } }, 500, 'merging lists cannot yet be specified in the patch'],
    [
      { spec: { ports: [{ $patch: 'nope', port: 80 }] } },
      500,
      'unknown patch type: nope in map: map[$patch:nope port:80]',
    ],
    [{ spec: { $patch: 'merge' } }, 500, 'unknown patch type: merge in map: map[$patch:merge]'],
    [{ spec: { $retainKeys: 'type' } }, 400, 'invalid patch format of retainKeys directive'],
    [
      { spec: { $retainKeys: ['type'], ...strategy } },
      422,
      'the server rejected our request due to an error in our request',
    ],
    [{ spec: { '$setElementOrder/ports': 'port' } }, 400, 'invalid patch format of setElementOrder list'],
    [
      order([{ port: 81 }, { port: 80 }], [{ port: 80 }, { port: 81 }]),
      500,
      "The order in patch list:\n[map[port:81] map[port:80]]\n doesn't match $setElementOrder list:\n[map[port:80] map[port:81]]\n",
    ],
    [
      order([{ port: 82 }], [{ port: 80 }]),
      500,
      "The order in patch list:\n[map[port:82]]\n doesn't match $setElementOrder list:\n[map[port:80]]\n",
    ],
  ] as const)('refuses %j with %d', (patch, code, message) => {
    const refused = (): JsonObject => patched(service({ ports: [a, b] }), patch);
    expect(refused).toThrow(expect.objectContaining({ code, message }) as Error);
  });

  it('takes deletions beside an order list', () => {
    const patch = order([{ $patch: 'delete', port: 80 }], [{ port: 81 }]);
    expect(patched(service({ ports: [a, b] }), patch)).toEqual(service({ ports: [b] }));
  });

  it('keeps only the keys that are named', () => {
    const before = service({ type: 'A', selector: { x: '1' }, ports: [a] });
    const patch = { spec: { $retainKeys: ['type', 'ports'], type: 'B' } };
    expect(patched(before, patch)).toEqual(service({ type: 'B', ports: [a] }));
  });
});
