/**
 * What Portico may do in the cloud. `sync`: whatever is needed. `upsert-only`: make and change, never delete. `observe`:
 * nothing; it tells what it would do.
 */
export const policies = ['sync', 'upsert-only', 'observe'] as const;
export type Policy = (typeof policies)[number];

/**
 * What a policy of the cluster and one of the Service allow together: the stricter. Who runs the cluster can rely on it
 * that nobody in a namespace has more done than the cluster allows.
 */
export const stricter = (cluster: Policy = 'sync', service: Policy = 'sync'): Policy =>
  policies.indexOf(service) > policies.indexOf(cluster) ? service : cluster;

/** What happens about changes in the cloud that nobody asked for through Kubernetes. */
export const driftPolicies = ['repair', 'report', 'off'] as const;
export type DriftPolicy = (typeof driftPolicies)[number];

/** What happens to what Services that are gone left in the cloud. */
export const orphanPolicies = ['report', 'delete'] as const;
export type OrphanPolicy = (typeof orphanPolicies)[number];
