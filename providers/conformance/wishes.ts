import * as fc from 'fast-check';
import type { HealthProbe, IpFamily, Listener, LoadBalancerIntent, Protocol } from '../../src/model/intent.ts';
import type { Capabilities } from '../../src/provider.ts';

/** What a Service asks for, without who asks and where its nodes are. */
export type Wish = Omit<LoadBalancerIntent, 'owner' | 'zones' | 'nodes'>;

const everywhere: Readonly<Record<IpFamily, readonly string[]>> = { ipv4: ['0.0.0.0/0'], ipv6: ['::/0'] };
const somewhere: Readonly<Record<IpFamily, readonly string[]>> = {
  ipv4: ['10.20.0.0/16', '192.0.2.0/25', '198.51.100.7/32'],
  ipv6: ['2001:db8:a::/48', '2001:db8:b::/64'],
};

const probe = (protocol: HealthProbe['protocol'], port: number, timing: Partial<HealthProbe> = {}): HealthProbe => ({
  protocol,
  port,
  path: protocol === 'http' ? '/healthz' : null,
  intervalSeconds: 8,
  timeoutSeconds: 1,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
  ...timing,
});

/** The plainest balancer that a provider can make: one TCP port, one family, everybody may come. */
export function plainWish({ schemes, families }: Capabilities): Wish {
  const [scheme] = schemes;
  const [family] = families;
  if (!scheme || !family) throw new Error('A provider must be capable of one scheme and one IP family.');
  return {
    scheme,
    families: [family],
    listeners: [{ name: 'http', protocol: 'tcp', port: 80, nodePort: 30080 }],
    trafficPolicy: 'cluster',
    health: probe('tcp', 30080),
    affinity: { kind: 'none' },
    sourceRanges: everywhere,
    address: { kind: 'any' },
    options: {},
  };
}

/** The same scheme and families, and everything else different. */
export const changedWish = (capabilities: Capabilities): Wish => ({
  ...plainWish(capabilities),
  listeners: [
    { name: 'alt', protocol: 'tcp', port: 8080, nodePort: 30081 },
    { name: 'https', protocol: 'tcp', port: 443, nodePort: 30443 },
  ],
  trafficPolicy: 'local',
  health: probe('http', 31999, { intervalSeconds: 5 }),
  affinity: { kind: 'client-ip', timeoutSeconds: 10_800 },
  sourceRanges: somewhere,
});

/** Anything within the capabilities. With `like`, only of its scheme and families. */
export function wishes(capabilities: Capabilities, like?: Wish): fc.Arbitrary<Wish> {
  const { schemes, families, mixedProtocols } = capabilities;
  const protocol: fc.Arbitrary<Protocol> = fc.constantFrom('tcp', 'udp');
  const protocols: fc.Arbitrary<readonly Protocol[]> = mixedProtocols
    ? fc.array(protocol, { minLength: 1, maxLength: 7 })
    : fc
        .tuple(protocol, fc.integer({ min: 1, max: 7 }))
        .map(([one, count]) => Array.from({ length: count }, () => one));
  return fc
    .record({
      scheme: like ? fc.constant(like.scheme) : fc.constantFrom(...schemes),
      families: like ? fc.constant(like.families) : fc.subarray([...families], { minLength: 1 }),
      protocols,
      firstPort: fc.integer({ min: 1, max: 60_000 }),
      nodePorts: fc.boolean(),
      trafficPolicy: fc.constantFrom('cluster', 'local'),
      timing: fc.record({
        intervalSeconds: fc.constantFrom(5, 10),
        timeoutSeconds: fc.constantFrom(1, 5),
        unhealthyThreshold: fc.constantFrom(2, 3),
      }),
      affinity: fc.constantFrom({ kind: 'none' }, { kind: 'client-ip', timeoutSeconds: 600 }),
      sourceRanges: fc.record({ ipv4: ranges('ipv4'), ipv6: ranges('ipv6') }),
    })
    .map(({ protocols: listened, firstPort, nodePorts, timing, ...rest }): Wish => {
      const listeners = listened.map(
        (each, index): Listener => ({
          name: `port-${index}`,
          protocol: each,
          port: firstPort + index,
          nodePort: nodePorts ? 30_000 + index : null,
        }),
      );
      return {
        ...(rest as Omit<Wish, 'listeners' | 'health' | 'address' | 'options'>),
        listeners,
        health: healthOf(rest.trafficPolicy, listeners, timing),
        address: { kind: 'any' },
        options: {},
      };
    });
}

function healthOf(trafficPolicy: string, listeners: readonly Listener[], timing: Partial<HealthProbe>): HealthProbe {
  if (trafficPolicy === 'local') return probe('http', 31_999, timing);
  const nodePort = listeners.find((each) => each.protocol === 'tcp')?.nodePort ?? null;
  return nodePort === null ? probe('http', 10_256, timing) : probe('tcp', nodePort, timing);
}

/** Everybody, some, or now and then nobody. */
const ranges = (family: IpFamily): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(everywhere[family]) },
    { weight: 4, arbitrary: fc.subarray([...somewhere[family]], { minLength: 1 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  );
