import type { Service } from './service.ts';

/** Where the node ports begin that stand for those the cluster will choose. */
export const supposedNodePort = 30_000;

/**
 * A Service from a manifest with what a cluster would add to it: a namespace, a uid, families, and node ports where the
 * manifest names none. The values are made up; only that there are some is true.
 */
export function asIfCreated(service: Service): Service {
  const { metadata, spec } = service;
  const taken = new Set(spec.ports.map(({ nodePort }) => nodePort));
  const next = (): number => {
    let port = supposedNodePort;
    while (taken.has(port)) port += 1;
    taken.add(port);
    return port;
  };
  const ports = spec.ports.map((port) => ((port.nodePort ?? 0) > 0 ? port : { ...port, nodePort: next() }));
  const probed = spec.externalTrafficPolicy === 'Local' && spec.healthCheckNodePort === 0;
  return {
    ...service,
    metadata: {
      ...metadata,
      namespace: metadata.namespace || 'default',
      uid: metadata.uid || '00000000-0000-0000-0000-000000000000',
    },
    spec: { ...spec, ports, healthCheckNodePort: probed ? next() : spec.healthCheckNodePort },
  };
}
