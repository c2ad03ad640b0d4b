export { type GceCloud, type GceCloudOptions, createGceCloud } from './cloud.ts';
export type { Health } from './kind.ts';
export type { NewInstance } from './kinds/instance.ts';
export type { QuotaOptions } from './quotas.ts';
export type { RateLimitOptions } from './rate-limits.ts';
export type * from './resource-view.ts';
export { type GceComputeOptions, type GceComputeServer, startGceCompute } from './server.ts';
export { ConnectionDropped, type GceRequest, type GceResponse } from './wire.ts';
