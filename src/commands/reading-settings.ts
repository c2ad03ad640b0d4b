import { type SettingName, settings } from '../settings.ts';

/** Settings that matter only to a controller that runs. */
const running: ReadonlySet<SettingName> = new Set([
  'leaderElection',
  'leaseNamespace',
  'leaseName',
  'leaseSeconds',
  'orphans',
  'workers',
  'metricsAddr',
  'logLevel',
  'logFormat',
]);

/** The settings of commands that look at a cluster and its cloud once. */
export const readingSettings: readonly SettingName[] = (Object.keys(settings) as SettingName[]).filter(
  (name) => !running.has(name),
);
