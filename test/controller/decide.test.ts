import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { driftType, nodePortsOpen, programmedType, reservedType } from '../../src/controller/conditions.ts';
import { asks, classIs, decide, demand, says, stake } from '../../src/controller/decide.ts';
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

describe('the decision', () => {
  const around = { cluster: 'prod', zones: [], nodes: [] };
  const kind = (given: Given | undefined, defaults = {}): unknown => {
    const made = decide(given && service(given), plain, { ...around, defaults });
    return made.kind === 'invalid' ? [made.kind, made.error.code] : made;
  };

  it('about a Service that is gone, or not ours, is to leave it', () => {
    expect(kind(undefined)).toEqual({ kind: 'ignore' });
    expect(kind({ class: 'other/lb' })).toEqual({ kind: 'ignore' });
  });

  it('about one that is ours is what it asks for', () => {
    expect(kind({})).toMatchObject({ kind: 'wants', intent: { owner: { namespace: 'shop', name: 'web' } } });
  });

  it('about one that asks for nonsense is to wait', () => {
    expect(kind({ annotations: { 'portico.dev/scheme': 'outward' } })).toEqual(['invalid', 'invalid']);
  });

  it('about one that goes is to clean up as its policy and its wishes say; while they cannot be read, nothing goes', () => {
    const going = (annotations: Record<string, string>, defaults = {}): unknown =>
      kind({ deleting: true, held: [finalizer], annotations }, defaults);
    expect(going({})).toEqual({ kind: 'cleanup', policy: 'sync', retain: 'nothing' });
    expect(going({ 'portico.dev/retain': 'address' })).toEqual({ kind: 'cleanup', policy: 'sync', retain: 'address' });
    expect(going({ 'portico.dev/policy': 'upsert-only' }, { policy: 'sync' })).toMatchObject({ policy: 'upsert-only' });
    expect(going({ 'portico.dev/policy': 'sync' }, { policy: 'observe' })).toMatchObject({ policy: 'observe' });
    expect(going({ 'portico.dev/retain': 'adress' })).toEqual(['invalid', 'invalid']);
    // Everything else that is wrong does not hold back the cleanup.
    expect(going({ 'portico.dev/scheme': 'outward' })).toMatchObject({ kind: 'cleanup' });
  });
});

describe('what a Service asks for, as one text', () => {
  const base = {
    metadata: {
      namespace: 'shop',
      name: 'web',
      uid: 'u-1',
      annotations: { 'portico.dev/scheme': 'internal', other: 'x' },
    },
    spec: {
      type: 'LoadBalancer',
      ports: [
        { name: 'a', port: 80, nodePort: 30080 },
        { name: 'b', port: 81, nodePort: 30081, protocol: 'UDP' },
      ],
      loadBalancerSourceRanges: ['10.0.0.0/8', '192.0.2.0/24'],
    },
  };
  const text = (metadata: object, spec: object): string =>
    asks(readService({ metadata: { ...base.metadata, ...metadata }, spec: { ...base.spec, ...spec } }));
  const same = text({}, {});

  it.each([
    ['the order of ports', {}, { ports: base.spec.ports.toReversed() }],
    ['the order of ranges', {}, { loadBalancerSourceRanges: base.spec.loadBalancerSourceRanges.toReversed() }],
    [
      'the order of annotations, and those of others',
      { annotations: { zoo: 'y', 'portico.dev/scheme': 'internal' } },
      {},
    ],
    ['labels, versions and finalizers', { labels: { a: 'b' }, resourceVersion: '7', finalizers: [finalizer] }, {}],
    ['a protocol that is written out', {}, { ports: [{ ...base.spec.ports[0], protocol: 'TCP' }, base.spec.ports[1]] }],
  ])('%s changes nothing', (_, metadata, spec) => {
    expect(text(metadata, spec)).toBe(same);
  });

  it.each([
    ['another object of the name', { uid: 'u-2' }, {}],
    ['its deletion', { deletionTimestamp: '2026-01-01T00:00:00Z' }, {}],
    ['an option', { annotations: { 'portico.dev/scheme': 'external' } }, {}],
    ['an option more', { annotations: { ...base.metadata.annotations, 'portico.dev/retain': 'address' } }, {}],
    ['the name of a port', {}, { ports: [{ ...base.spec.ports[0], name: 'c' }, base.spec.ports[1]] }],
    ['a port', {}, { ports: [{ ...base.spec.ports[0], port: 82 }, base.spec.ports[1]] }],
    ['a nodePort', {}, { ports: [{ ...base.spec.ports[0], nodePort: 30082 }, base.spec.ports[1]] }],
    ['a protocol', {}, { ports: [{ ...base.spec.ports[0], protocol: 'SCTP' }, base.spec.ports[1]] }],
    ['a range', {}, { loadBalancerSourceRanges: ['10.0.0.0/8'] }],
    ['the type', {}, { type: 'NodePort' }],
    ['the class', {}, { loadBalancerClass: 'a/b' }],
    ['the traffic policy', {}, { externalTrafficPolicy: 'Local' }],
    ['the affinity', {}, { sessionAffinity: 'ClientIP' }],
  ])('%s counts', (_, metadata, spec) => {
    expect(text(metadata, spec)).not.toBe(same);
  });
});

describe('what is written on a Service, as one text', () => {
  const text = (metadata: object, status: object): string =>
    says(
      readService({
        metadata: { namespace: 'shop', name: 'web', uid: 'u-1', ...metadata },
        spec: { type: 'LoadBalancer' },
        status,
      }),
    );
  const condition = { type: programmedType, status: 'True', reason: 'Programmed', message: 'm' };

  it('conditions and finalizers of others are not looked at', () => {
    expect(text({ finalizers: ['a/b'] }, { conditions: [{ ...condition, type: 'a/b' }] })).toBe(text({}, {}));
  });

  it('finalizers of balancers, addresses and our conditions tell Services apart', () => {
    const texts = [
      text({}, {}),
      text({ finalizers: [finalizer] }, {}),
      text({ finalizers: [own] }, {}),
      text({}, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }),
      text({}, { conditions: [condition] }),
      text({}, { conditions: [{ ...condition, message: 'n' }] }),
      text({}, { conditions: [{ ...condition, type: reservedType }] }),
      text({}, { conditions: [{ ...condition, type: driftType }] }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});
