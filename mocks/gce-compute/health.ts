import { count, type Document, parts, text } from './json.ts';
import type { Site } from './kind.ts';
import { parseLink } from './links.ts';
import { membersOf } from './members.ts';
import { endpointsOf } from './kinds/network-endpoint-group.ts';
import type { Entry } from './resource-store.ts';

const networkIp = (instance: Entry | undefined): string =>
  text(parts(instance?.body ?? {}, 'networkInterfaces')[0] ?? {}, 'networkIP') ?? '';

/** What getHealth says of one backend: one row a member and forwarding rule, `{}` for a group without members. */
export function groupHealth(site: Site, group: Entry, service: Entry): Document {
  const rules = site.referrers(service.key).filter(({ collection }) => collection === 'forwardingRules');
  const row = (instance: string, ipAddress: string, port: number): readonly Document[] =>
    (rules.length === 0 ? [undefined] : rules).map((rule) => ({
      healthState: site.health(group.key, instance, service.key),
      instance: site.link(instance),
      ipAddress,
      ...(port > 0 ? { port } : {}),
      ...(rule === undefined
        ? {}
        : { forwardingRule: site.link(rule.key), forwardingRuleIp: text(rule.body, 'IPAddress') ?? '' }),
    }));
  const rows =
    group.collection === 'instanceGroups'
      ? membersOf(group.body).flatMap((key) => row(key, networkIp(site.get(key)), 80))
      : endpointsOf(group.body).flatMap((endpoint) => {
          const instance = parseLink(text(endpoint, 'instance') ?? '')?.key ?? '';
          return row(instance, text(endpoint, 'ipAddress') ?? '', count(endpoint, 'port') ?? 0);
        });
  return rows.length === 0 ? {} : { healthStatus: rows };
}
