import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodePortsOpen, programmedType } from '../../src/controller/conditions.ts';
import { classIs, decide, demand, stake } from '../../src/controller/decide.ts';
import { finalizer, finalizerOf } from '../../src/controller/status.ts';
import { readService, type Service } from '../../src/model/service.ts';

const own = finalizerOf('edge.example/lb');
const plain = classIs(null);
const edge = classIs('edge.example/lb');

interface Given {
  readonly type?: string;
  readonly class?: string;
  readonly held?: readonly string[];
  readonly deleting?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly reason?: string;
}

function service({ type = 'LoadBalancer', held = [], deleting, annotations = {}, reason, ...given }: Given): Service {
  return readService({
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'u-1',
      finalizers: held,
      annotations,
      ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      type,
      ports: [{ port: 80, nodePort: 30080 }],
      ...(given.class === undefined ? {} : { loadBalancerClass: given.class }),
    },
    status: {
      conditions: reason === undefined ? [] : [{ type: programmedType, status: 'True', reason, message: '' }],
    },
  });
}

const openPorts = { 'portico.dev/node-port-firewall': 'true' };
const watched = { 'portico.dev/policy': ' Observe ' };
const open = nodePortsOpen(['30080']).reason;

describe('what is to be done about a Service, and what it means for what all share', () => {
  // who asks, what is there, what is to be done, its stake in what is shared
  it.each<[string, typeof plain, Given, ReturnType<typeof demand>, ReturnType<typeof stake>]>([
    ['a balancer without a class', plain, {}, 'serve', 'wants'],
    ['one that is held', plain, { held: [finalizer] }, 'serve', 'wants'],
    ['one that goes, not held: nothing was made', plain, { deleting: true }, 'ignore', 'none'],
    ['one that goes and is held', plain, { deleting: true, held: [finalizer] }, 'clean', 'keeps'],
    ['one that goes and is held by others', plain, { deleting: true, held: ['a/b', own] }, 'ignore', 'none'],
    ['another’s class', plain, { class: 'other/lb' }, 'ignore', 'none'],
    [
      'another’s class with the common finalizer, which may be its',
      plain,
      { class: 'other/lb', held: [finalizer] },
      'ignore',
      'none',
    ],
    ['our class', edge, { class: 'edge.example/lb' }, 'serve', 'wants'],
    ['no class, for the controller of a class', edge, {}, 'ignore', 'none'],
    ['a class that was ours before', edge, { class: 'other/lb', held: [own] }, 'clean', 'keeps'],
    ['our class, gone from it with our own finalizer left', edge, { held: [own] }, 'clean', 'keeps'],
    [
      'our class, held by the common finalizer alone, going',
      edge,
      { class: 'edge.example/lb', held: [finalizer], deleting: true },
      'ignore',
      'none',
    ],
    ['no balancer any more, still held', plain, { type: 'ClusterIP', held: [finalizer] }, 'clean', 'keeps'],
    ['no balancer any more, held by a class of ours', plain, { type: 'ClusterIP', held: [own] }, 'ignore', 'none'],
    ['no balancer, never one', plain, { type: 'ClusterIP' }, 'ignore', 'none'],
    [
      'no balancer, a condition left that nobody holds',
      plain,
      { type: 'ClusterIP', reason: 'Programmed' },
      'clean',
      'keeps',
    ],
    ['the same for the controller of a class', edge, { type: 'ClusterIP', reason: 'Programmed' }, 'clean', 'keeps'],
    [
      'a condition of one that another class holds',
      plain,
      { type: 'ClusterIP', reason: 'Programmed', held: [own] },
      'ignore',
      'none',
    ],
    ['a NodePort', plain, { type: 'NodePort' }, 'ignore', 'none'],
    ['a NodePort that asks for its ports', plain, { type: 'NodePort', annotations: openPorts }, 'serve', 'none'],
    ['the same, going', plain, { type: 'NodePort', annotations: openPorts, deleting: true }, 'ignore', 'none'],
    [
      'the same, going and held',
      plain,
      { type: 'NodePort', annotations: openPorts, deleting: true, held: [finalizer] },
      'clean',
      'keeps',
    ],
    ['the same for the controller of a class', edge, { type: 'NodePort', annotations: openPorts }, 'ignore', 'none'],
    [
      'a NodePort that says false',
      plain,
      { type: 'NodePort', annotations: { 'portico.dev/node-port-firewall': ' False ' } },
      'ignore',
      'none',
    ],
    [
      'a NodePort that says nothing',
      plain,
      { type: 'NodePort', annotations: { 'portico.dev/node-port-firewall': '' } },
      'ignore',
      'none',
    ],
    [
      'a ClusterIP that asks for ports it has not',
      plain,
      { type: 'ClusterIP', annotations: openPorts },
      'ignore',
      'none',
    ],
    [
      'a NodePort that may still have a balancer from before',
      plain,
      { type: 'NodePort', annotations: openPorts, held: [finalizer], reason: 'Programmed' },
      'serve',
      'keeps',
    ],
    [
      'a NodePort whose ports alone were opened',
      plain,
      { type: 'NodePort', annotations: openPorts, held: [finalizer], reason: open },
      'serve',
      'none',
    ],
    ['a balancer that is only looked at', plain, { annotations: watched }, 'serve', 'none'],
    [
      'one that is only looked at and has something from before',
      plain,
      { annotations: watched, held: [finalizer] },
      'serve',
      'wants',
    ],
  ])('%s', (_, claims, given, asked, share) => {
    const one = service(given);
    expect([demand(one, claims), stake(one, claims)]).toEqual([asked, share]);
  });

  it('a Service is served by at most one of two controllers, and nobody serves one that goes', () => {
    const given = fc.record({
      type: fc.constantFrom('LoadBalancer', 'NodePort', 'ClusterIP', 'ExternalName'),
      class: fc.constantFrom(undefined, 'edge.example/lb', 'other/lb'),
      held: fc.subarray([finalizer, own, 'a/b']),
      deleting: fc.boolean(),
      annotations: fc.constantFrom({}, openPorts, watched),
      reason: fc.constantFrom(undefined, 'Programmed', open),
    });
    fc.assert(
      fc.property(given, ({ class: asked, reason, ...rest }) => {
        const one = service({
          ...rest,
          ...(asked === undefined ? {} : { class: asked }),
          ...(reason === undefined ? {} : { reason }),
        });
        const both = [demand(one, plain), demand(one, edge)];
        expect(both.filter((each) => each === 'serve').length).toBeLessThanOrEqual(1);
        if (rest.deleting) expect(both).not.toContain('serve');
        // Who holds nothing of it cleans up nothing but a condition that nobody holds.
        if (both[0] === 'clean' && !rest.held.includes(finalizer))
          expect([rest.held.includes(own), reason === undefined]).toEqual([false, false]);
      }),
    );
  });
});

it('a rule of classes says what it is about', () => {
  expect([plain.title, edge.title]).toEqual(['Services without a class', 'class edge.example/lb']);
});

describe('the decision', () => {
  const around = { cluster: 'prod', zones: [], nodes: [] };
  const kind = (given: Given | undefined, defaults = {}): unknown => {
    const made = decide(given && service(given), plain, { ...around, defaults });
    return made.kind === 'invalid' ? [made.kind, made.error.code, made.error.object] : made;
  };

  it('about a Service that is gone, or not ours, is to leave it', () => {
    expect(kind(undefined)).toEqual({ kind: 'ignore' });
    expect(kind({ class: 'other/lb' })).toEqual({ kind: 'ignore' });
  });

  it('about one that is ours is what it asks for', () => {
    expect(kind({})).toMatchObject({ kind: 'wants', intent: { owner: { namespace: 'shop', name: 'web' } } });
  });

  it('about one that asks for nonsense is to wait', () => {
    expect(kind({ annotations: { 'portico.dev/scheme': 'outward' } })).toEqual([
      'invalid',
      'invalid',
      'Service shop/web',
    ]);
  });

  it('about one that goes is to clean up as its policy and its wishes say; while they cannot be read, nothing goes', () => {
    const going = (annotations: Record<string, string>, defaults = {}): unknown =>
      kind({ deleting: true, held: [finalizer], annotations }, defaults);
    expect(going({})).toEqual({ kind: 'cleanup', policy: 'sync', retain: 'nothing' });
    expect(going({ 'portico.dev/retain': 'address' })).toEqual({ kind: 'cleanup', policy: 'sync', retain: 'address' });
    expect(going({ 'portico.dev/policy': 'upsert-only' }, { policy: 'sync' })).toMatchObject({ policy: 'upsert-only' });
    expect(going({ 'portico.dev/policy': 'sync' }, { policy: 'observe' })).toMatchObject({ policy: 'observe' });
    expect(going({ 'portico.dev/retain': 'adress' })).toEqual(['invalid', 'invalid', 'Service shop/web']);
    // Everything else that is wrong does not hold back the cleanup.
    expect(going({ 'portico.dev/scheme': 'outward' })).toMatchObject({ kind: 'cleanup' });
  });
});
