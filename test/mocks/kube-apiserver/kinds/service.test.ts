import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, type Json, type JsonObject, objectOf } from '../../../../mocks/kube-apiserver/json.ts';
import type { AllocationContext, KubeObject } from '../../../../mocks/kube-apiserver/kind.ts';
import { serviceStrategy as strategy } from '../../../../mocks/kube-apiserver/kinds/service/strategy.ts';
import { ApiError } from '../../../../mocks/kube-apiserver/status.ts';

const service = (spec: JsonObject, metadata: JsonObject = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubia', namespace: 'default', ...metadata },
  spec,
});

function context(held: ReadonlySet<string> = new Set(), dryRun = false): AllocationContext {
  let state = 1;
  return {
    now: '2026-01-01T00:00:00Z',
    user: '',
    dryRun,
    random: () => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    },
    taken: (pool, value) => held.has(`${pool} ${value}`),
  };
}

/** Create or update as the server does it: defaults, allocation, preparation, validation. */
function write(given: KubeObject, old?: KubeObject, ctx = context()): KubeObject | readonly string[] {
  const allocated = strategy.allocate?.(strategy.defaults(given), old, ctx);
  if (!allocated) throw new Error('services allocate');
  if ('errors' in allocated) return allocated.errors.map(({ field, message }) => `${field}: ${message}`);
  const { object } = allocated;
  const prepared = old ? strategy.prepareUpdate(object, old, ctx) : strategy.prepareCreate(object, ctx);
  const errors = old ? strategy.validateUpdate(prepared, old) : strategy.validateCreate(prepared);
  return errors.length === 0 ? prepared : errors.map(({ field, message }) => `${field}: ${message}`);
}

function written(given: KubeObject, old?: KubeObject, ctx = context()): KubeObject {
  const result = write(given, old, ctx);
  if ('metadata' in result) return result;
  throw new Error(result.join('; '));
}

const spec = (object: KubeObject, key: string): Json | undefined => at(object, 'spec', key);
const ports = [{ port: 80 }];

describe('defaults and allocation', () => {
  it('gives a ClusterIP service what the real server gives', () => {
    const { clusterIP, clusterIPs, ...rest } = objectOf(written(service({ ports }))['spec']);
    expect(clusterIP).toMatch(/^10\.96\.\d+\.\d+$/);
    expect(clusterIPs).toEqual([clusterIP]);
    expect(JSON.stringify(rest)).toBe(
      '{"ports":[{"protocol":"TCP","port":80,"targetPort":80}],"type":"ClusterIP","sessionAffinity":"None",' +
        '"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"}',
    );
  });

  it('never gives out what another holds, and stays in range', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 30_000, max: 32_767 }), { maxLength: 2767 }), (busy) => {
        const held = new Set(busy.map((port) => `nodePort ${port}`));
        const made = written(service({ type: 'NodePort', ports }), undefined, context(held));
        const port = Number(at((spec(made, 'ports') as Json[])[0], 'nodePort'));
        expect(busy).not.toContain(port);
        expect(port).toBeGreaterThanOrEqual(30_000);
        expect(port).toBeLessThanOrEqual(32_767);
      }),
      { numRuns: 30 },
    );
  });

  it('shares a number between TCP and UDP of one port', () => {
    const both = [
      { name: 'a', port: 53 },
      { name: 'b', port: 53, protocol: 'UDP' },
    ];
    const made = written(service({ type: 'NodePort', ports: both }));
    const [tcp, udp] = spec(made, 'ports') as JsonObject[];
    expect(tcp?.['nodePort']).toBe(udp?.['nodePort']);
    expect(strategy.claims?.(made)).toHaveLength(2);
  });

  it.each([
    [
      { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] },
      'is not in the valid range. The range of valid ports is 30000-32767',
    ],
    [
      { type: 'NodePort', ports: [{ port: 80, nodePort: 30_123 }] },
      'Invalid value: 30123: provided port is already allocated',
    ],
    [{ ports, clusterIP: '192.0.2.1' }, 'failed to allocate IP 192.0.2.1: the provided network does not match'],
    [{ ports, clusterIP: '10.96.0.10' }, 'failed to allocate IP 10.96.0.10: provided IP is already allocated'],
    [{ ports, ipFamilyPolicy: 'RequireDualStack' }, 'this cluster is not configured for dual-stack services'],
    [{ ports, ipFamilies: ['IPv6'] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
    [{ ports, clusterIPs: ['10.96.0.11'] }, 'must be empty when `clusterIP` is not specified'],
  ])('refuses %j', (wanted, message) => {
    const held = context(new Set(['nodePort 30123', 'clusterIP 10.96.0.10']));
    expect(write(service(wanted), undefined, held)).toEqual([expect.stringContaining(message)]);
  });

  it('answers 500 for a health check port that cannot be had', () => {
    const wanted = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports, healthCheckNodePort: 80 };
    expect(() => write(service(wanted))).toThrow(ApiError);
    expect(() => write(service(wanted))).toThrow('failed to allocate requested HealthCheck NodePort 80');
  });

  it('shows what it would give in a dry run outside the pools', () => {
    const made = written(service({ type: 'NodePort', ports }), undefined, context(new Set(), true));
    expect(spec(made, 'clusterIP')).toBe('10.96.0.0');
    expect(at((spec(made, 'ports') as Json[])[0], 'nodePort')).toBe(32_769);
  });
});

describe('transitions', () => {
  const local = service({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports });
  const change = (old: KubeObject, changes: JsonObject): KubeObject => ({
    ...old,
    spec: { ...objectOf(old['spec']), ...changes },
  });

  it('drops with the type what belonged to it, and the status', () => {
    const old = { ...written(local), status: { loadBalancer: { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] } } };
    const now = written(change(old, { type: 'ClusterIP' }), old);
    expect(Object.keys(objectOf(now['spec']))).not.toContain('healthCheckNodePort');
    expect(spec(now, 'externalTrafficPolicy')).toBeUndefined();
    expect(spec(now, 'allocateLoadBalancerNodePorts')).toBeUndefined();
    expect(now['status']).toEqual({ loadBalancer: {} });
    expect(strategy.claims?.(now)).toEqual([{ pool: 'clusterIP', value: spec(now, 'clusterIP') }]);
  });

  it('keeps addresses and ports that an update leaves out', () => {
    const old = written(local);
    expect(written(local, old)).toEqual(old);
  });

  it('refuses to move what is fixed', () => {
    const old = written(local);
    expect(write(change(old, { clusterIP: '10.96.50.50' }), old)).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.96.50.50"]: may not change once set',
    ]);
    expect(write(change(old, { loadBalancerClass: 'example.com/x' }), old)).toEqual([
      'spec.loadBalancerClass: Invalid value: "example.com/x": may not change once set',
    ]);
    expect(write(change(old, { healthCheckNodePort: 31_999 }), old)).toEqual([
      'spec.healthCheckNodePort: Forbidden: field is immutable',
    ]);
  });

  it('defaults are idempotent on whatever they made', () => {
    const type = fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName', '');
    fc.assert(
      fc.property(type, fc.constantFrom('ClientIP', 'None', ''), fc.boolean(), (wanted, affinity, external) => {
        const given = service({
          type: wanted,
          sessionAffinity: affinity,
          ports,
          ...(external ? { externalIPs: ['1.2.3.4'] } : {}),
        });
        const once = strategy.defaults(given);
        expect(JSON.stringify(strategy.defaults(once))).toBe(JSON.stringify(once));
      }),
    );
  });
});

describe('status', () => {
  const old = written(service({ type: 'LoadBalancer', ports }));
  const status = (ingress: JsonObject): readonly string[] => {
    const object = strategy.defaults({ ...old, status: { loadBalancer: { ingress: [ingress] } } });
    return strategy.validateStatusUpdate(object, old).map(({ field, message }) => `${field}: ${message}`);
  };

  it.each([
    [{ ip: 'nope' }, 'must be a valid IP address'],
    [{ ip: '203.0.113.080' }, 'must not have leading 0s'],
    [{ hostname: 'lb.example.com', ipMode: 'VIP' }, 'may not be specified when `ip` is not set'],
    [{ ip: '203.0.113.8', ipMode: 'Nope' }, 'supported values: "Proxy", "VIP"'],
    [{ hostname: '203.0.113.8' }, 'must be a DNS name, not an IP address'],
  ])('refuses the ingress %j', (ingress, message) => {
    expect(status(ingress)).toEqual([expect.stringContaining(message)]);
  });

  it('takes an address and makes it a VIP', () => {
    expect(status({ ip: '203.0.113.8' })).toEqual([]);
  });
});

describe('what else the real server looks at', () => {
  const lb = { type: 'LoadBalancer', ports };
  const dual = written(service({ clusterIP: 'None' }));
  const given = (made: KubeObject, changes: JsonObject): KubeObject => ({
    ...made,
    spec: { ...objectOf(made['spec']), ...changes },
  });

  it.each<[string, KubeObject, readonly string[]]>([
    [
      'port of the kubelet',
      service({ ...lb, ports: [{ port: 10_250 }] }),
      ['spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet'],
    ],
    [
      'two topologies',
      service(
        { ports },
        {
          annotations: {
            'service.kubernetes.io/topology-mode': 'Auto',
            'service.kubernetes.io/topology-aware-hints': 'Disabled',
          },
        },
      ),
      [
        'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": ' +
          'must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
      ],
    ],
  ])('refuses a %s', (_name, object, messages) => {
    expect(write(object)).toEqual(messages);
  });

  it('takes the second family of a headless service only when asked for one', () => {
    expect(spec(dual, 'ipFamilies')).toEqual(['IPv4', 'IPv6']);
    expect(write(given(dual, { ipFamilies: ['IPv4'] }), dual)).toEqual([
      'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be \'SingleStack\' to release the secondary IP family',
    ]);
    const single = written(given(dual, { ipFamilyPolicy: 'SingleStack' }), dual);
    expect(spec(single, 'ipFamilies')).toEqual(['IPv4']);
  });

  it('tries no other address on an update', () => {
    const made = written(service({ ports }));
    const elsewhere = { clusterIP: '10.97.0.1', clusterIPs: ['10.97.0.1'] };
    expect(write(given(made, elsewhere), made)).toEqual([
      'spec.clusterIPs[0]: Invalid value: ["10.97.0.1"]: may not change once set',
    ]);
  });

  it('looks at the node ports of an update even where it gives none', () => {
    const made = written(service({ ...lb, allocateLoadBalancerNodePorts: false }));
    const ported = (...nodePorts: number[]): KubeObject =>
      given(made, { ports: nodePorts.map((nodePort, index) => ({ name: `p${index}`, port: 80 + index, nodePort })) });
    expect(write(ported(99), made)).toEqual([
      'spec.ports[0].nodePort: Invalid value: 99: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ]);
    expect(spec(written(ported(30_123), made), 'ports')).toMatchObject([{ nodePort: 30_123 }]);
    expect(() => write(ported(30_123, 30_123), made)).toThrow('duplicate nodePort: {TCP 30123}');
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['addresses from outside', { externalIPs: ['192.0.2.1'] }, ['externalIPs is deprecated and may no longer']],
    [
      'what a headless service does not use',
      { clusterIP: 'None', externalIPs: ['192.0.2.1'], loadBalancerIP: '192.0.2.2' },
      ['loadBalancerIP is ignored for headless services', 'externalIPs is ignored for headless services'],
    ],
    [
      'an address with leading zeros',
      { ...lb, loadBalancerIP: '192.0.02.1' },
      [
        'loadBalancerIP: non-standard IP address "192.0.02.1" will be considered invalid in a future Kubernetes release: use "192.0.2.1"',
      ],
    ],
    [
      'IPv6 in long form',
      { ...lb, loadBalancerSourceRanges: ['2001:DB8:0::/48'] },
      [
        'loadBalancerSourceRanges[0]: IPv6 CIDR value "2001:DB8:0::/48" should be in RFC 5952 canonical format ("2001:db8::/48")',
      ],
    ],
    ['a name that is no address', { ...lb, loadBalancerIP: 'my-address' }, []],
  ])('warns of %s', (_name, content, starts) => {
    const made = written(service({ ports, ...content }));
    const warnings = strategy.warnings?.(made, undefined) ?? [];
    expect(warnings).toEqual(starts.map((start): unknown => expect.stringContaining(`spec.${start}`)));
  });
});
