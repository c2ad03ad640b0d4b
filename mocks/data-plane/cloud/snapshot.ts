import type {
  BackendService,
  Firewall,
  ForwardingRule,
  HealthCheck,
  Instance,
  ResourceView,
} from '../../gce-compute/resource-view.ts';
import { parseLink } from '../../gce-compute/links.ts';
import type { Member } from './backend-choice.ts';

/** What the cloud's data plane goes by: the state of the Compute API, by the links that hold it together. */
export interface CloudSnapshot {
  readonly rules: readonly ForwardingRule[];
  readonly firewalls: readonly Firewall[];
  /** Running or not, by key. */
  readonly instances: ReadonlyMap<string, Instance>;
  readonly services: ReadonlyMap<string, ServedBackend>;
}

export interface ServedBackend {
  /** `regions/REGION/backendServices/NAME`. */
  readonly key: string;
  readonly service: BackendService;
  readonly check: HealthCheck | undefined;
  readonly members: readonly Member[];
  /** Addresses of the rules that point here. */
  readonly vips: readonly string[];
}

export const keyOf = (link: string): string => parseLink(link)?.key ?? '';

export function cloudSnapshot(view: ResourceView): CloudSnapshot {
  const rules = view.forwardingRules();
  const instances = new Map(view.instances().map((instance) => [keyOf(instance.selfLink), instance]));
  const checks = new Map(view.healthChecks().map((check) => [keyOf(check.selfLink), check]));
  const groups = new Map<string, readonly string[]>([
    ...view.instanceGroups().map(({ selfLink, members }) => [keyOf(selfLink), members.map(keyOf)] as const),
    ...view
      .networkEndpointGroups()
      .map(({ selfLink, endpoints }) => [keyOf(selfLink), endpoints.map((each) => keyOf(each.instance))] as const),
  ]);
  const services = view.backendServices().map((service): readonly [string, ServedBackend] => {
    const key = keyOf(service.selfLink);
    const members = (service.backends ?? []).flatMap(({ group, failover = false }) =>
      (groups.get(keyOf(group)) ?? []).flatMap((instance): readonly Member[] => {
        const networkIp = instances.get(instance)?.networkInterfaces[0]?.networkIP;
        return networkIp === undefined ? [] : [{ instance, group: keyOf(group), networkIp, failover }];
      }),
    );
    const vips = rules
      .filter((rule) => keyOf(rule.backendService ?? '') === key)
      .map(({ IPAddress }) => IPAddress)
      .filter((address) => !address.includes(':'));
    return [key, { key, service, members, vips, check: checks.get(keyOf(service.healthChecks?.[0] ?? '')) }];
  });
  return { rules, instances, firewalls: view.firewalls(), services: new Map(services) };
}

export const isRunning = (instance: Instance | undefined): boolean => instance?.status === 'RUNNING';
