export type { FaultEffect, FaultMatch, FaultRule } from './faults.ts';
export * from './gce-compute/index.ts';
