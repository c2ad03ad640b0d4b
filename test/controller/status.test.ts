import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { programmedType, reservedType } from '../../src/controller/conditions.ts';
import { finalizer, finalizerOf, servicePatch } from '../../src/controller/status.ts';
import type { PatchOperation } from '../../src/kube/api.ts';
import { type Condition, readService, type Service } from '../../src/model/service.ts';

describe('the finalizer of a class', () => {
  it('is the common one for Services without a class', () => {
    expect(finalizerOf(null)).toBe(finalizer);
  });

  it.each(['portico.dev/gce', 'gce', `${'a'.repeat(100)}.example.com/${'b'.repeat(63)}`])(
    'is a qualified name: %s',
    (name) => {
      const [prefix, rest, ...more] = finalizerOf(name).split('/');
      expect([prefix, more]).toEqual(['portico.dev', []]);
      expect(rest).toMatch(/^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/);
    },
  );

  it('is its own', () => {
    expect(finalizerOf('a/b')).not.toBe(finalizerOf('a_b'));
    const long = `${'a'.repeat(60)}.example.com/`;
    expect(finalizerOf(`${long}x`)).not.toBe(finalizerOf(`${long}y`));
  });
});

const condition = (type: string, message: string): Condition => ({
  type,
  status: 'False',
  reason: 'R',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

/** RFC 6902 as far as the patches use it. */
function patched(service: Service, operations: readonly PatchOperation[]): Condition[] {
  const conditions = [...service.status.conditions];
  for (const operation of operations) {
    const { op, path } = operation;
    const value = 'value' in operation ? operation.value : undefined;
    const [, at] = /^\/status\/conditions(?:\/(.+?))?(?:\/type)?$/.exec(path) ?? [];
    if (!path.startsWith('/status/conditions')) continue;
    const index = Number(at);
    if (op === 'test') expect(conditions[index]?.type).toBe(value);
    else if (op === 'remove') conditions.splice(index, 1);
    else if (op === 'replace') conditions[index] = value as Condition;
    else if (at === '-') conditions.push(value as Condition);
    else conditions.splice(0, conditions.length, ...(value as Condition[]));
  }
  return conditions;
}

it('a patch leaves the conditions that are wished, whatever the order, and those of others', () => {
  const types = [programmedType, reservedType, 'example.com/Other'];
  const present = fc.shuffledSubarray(types).map((some) => some.map((type) => condition(type, 'before')));
  const wish = fc.constantFrom(undefined, null, 'before', 'after');
  fc.assert(
    fc.property(present, wish, wish, (before, programmed, reserved) => {
      const service = readService({ metadata: { uid: 'u' }, status: { conditions: before } });
      const wished = { [programmedType]: programmed, [reservedType]: reserved };
      const conditions = Object.fromEntries(
        Object.entries(wished).flatMap(([type, text]) =>
          text === undefined ? [] : [[type, text === null ? null : condition(type, text)]],
        ),
      );
      const after = patched(service, servicePatch(service, { conditions }));
      for (const type of types) {
        const asked = (wished as Record<string, string | null | undefined>)[type];
        const was = before.find((each) => each.type === type)?.message;
        expect(after.find((each) => each.type === type)?.message ?? null).toBe(
          asked === undefined ? (was ?? null) : asked,
        );
      }
    }),
  );
});
