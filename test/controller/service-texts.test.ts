import { describe, expect, it } from 'vitest';
import { driftType, programmedType, reservedType } from '../../src/controller/conditions.ts';
import { asks, says } from '../../src/controller/decide.ts';
import { finalizer, finalizerOf } from '../../src/controller/status.ts';
import { readService } from '../../src/model/service.ts';

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

  it('the order of options changes nothing, nor does a port that is written out', () => {
    const both = { 'portico.dev/retain': 'address', 'portico.dev/scheme': 'internal', 'portico.dev/policy': 'sync' };
    const turned = Object.fromEntries(Object.entries(both).toReversed());
    expect(text({ annotations: turned }, {})).toBe(text({ annotations: both }, {}));
    const whole = { name: '', port: 80, nodePort: 0, protocol: 'TCP' };
    expect(text({}, { ports: [whole] })).toBe(text({}, { ports: [{ port: 80 }] }));
  });

  it('a name that looks like more digits of a nodePort is no part of it', () => {
    const port = (nodePort: number, name: string): string => text({}, { ports: [{ port: 80, nodePort, name }] });
    expect(port(3008, '0a')).not.toBe(port(30_080, 'a'));
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
      text({ finalizers: [finalizerOf('edge.example/lb')] }, {}),
      text({}, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } }),
      text({}, { conditions: [condition] }),
      text({}, { conditions: [{ ...condition, message: 'n' }] }),
      text({}, { conditions: [{ ...condition, type: reservedType }] }),
      text({}, { conditions: [{ ...condition, type: driftType }] }),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});
