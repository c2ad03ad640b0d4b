import type { Clock } from '../clock.ts';
import { conditionIn, verdicts } from '../controller/conditions.ts';
import { listWatch } from '../kube/list-watch.ts';
import type { KubeTransport } from '../kube/transport.ts';
import { readService, type Service } from '../model/service.ts';
import type { Paint } from '../graph/render.ts';

export interface View {
  /** Shows Services as they change, until the signal is aborted. */
  watchServices(transport: KubeTransport, signal: AbortSignal): Promise<void>;
  /** Shows what came and went between two listings of the cloud. */
  cloudChanged(resources: readonly string[]): void;
  /** Shows something that a person should know. */
  problem(text: string): void;
}

/** One line for each change that a person at the lab wants to see, with the seconds since the start. */
export function labView(clock: Clock, out: (text: string) => void, paint: Paint): View {
  const start = clock.monotonic();
  let shown: ReadonlySet<string> = new Set();
  const line = (text: string): void => {
    const seconds = ((clock.monotonic() - start) / 1000).toFixed(1).padStart(6);
    out(`${paint('faint', `${seconds}s`)}  ${text}\n`);
  };
  const service = (each: Service): void => {
    line(`${each.metadata.namespace}/${each.metadata.name}  ${each.spec.type}  EXTERNAL-IP ${externalIp(each)}`);
  };

  return {
    watchServices: (transport, signal) =>
      listWatch({
        transport,
        clock,
        path: '/api/v1/services',
        kind: 'Service',
        read: readService,
        handlers: {
          add: (each) => {
            if (each.spec.type !== 'ClusterIP') service(each);
          },
          update: (before, each) => {
            if (externalIp(before) !== externalIp(each)) service(each);
            const why = trouble(each);
            if (why !== undefined && why !== trouble(before)) line(paint('risk', `  ! ${why}`));
          },
          delete: (each) => {
            line(`${each.metadata.namespace}/${each.metadata.name}  deleted`);
          },
          synced: () => undefined,
          failed: () => undefined,
        },
      }).run(signal),
    problem: (text) => line(paint('risk', `  ! ${text}`)),
    cloudChanged: (resources) => {
      const now = new Set(resources);
      for (const each of resources) if (!shown.has(each)) line(paint('create', `  + ${each}`));
      for (const each of shown) if (!now.has(each)) line(paint('delete', `  - ${each}`));
      shown = now;
    },
  };
}

/** Why the Service has no balancer, when somebody should know: what its condition says, unless it is on its way. */
function trouble({ metadata, status }: Service): string | undefined {
  const condition = conditionIn(status.conditions);
  const onItsWay: readonly (string | undefined)[] = [verdicts.provisioning.reason, verdicts.deleting.reason];
  if (condition?.status !== 'False' || onItsWay.includes(condition.reason)) return undefined;
  return `${metadata.namespace}/${metadata.name}: ${condition.message}`;
}

/** As kubectl prints it. */
function externalIp({ spec, status }: Service): string {
  const addresses = status.ingress.map(({ ip, hostname }) => ip ?? hostname ?? '').filter(Boolean);
  if (addresses.length > 0) return addresses.join(',');
  return spec.type === 'LoadBalancer' ? '<pending>' : '<none>';
}
