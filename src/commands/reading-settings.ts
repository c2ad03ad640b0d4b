import type { Config } from '../config.ts';
import { asPorticoError, PorticoError } from '../errors.ts';
import { envOf, type SettingName, settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { kubeconfigIn, labSettings } from './lab-place.ts';
import { configFrom, type Flags } from './setting-flags.ts';

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

/** The configuration of such a command. Where nothing says which cloud, it is told that a lab has it written down. */
export async function readingConfig(flags: Flags, terminal: Terminal): Promise<Config> {
  try {
    return await configFrom(flags, terminal);
  } catch (thrown) {
    const error = asPorticoError(thrown);
    const told = flags['provider'] ?? flags['config'] ?? terminal.env[envOf('provider')];
    if (error.code !== 'invalid' || told !== undefined) throw thrown;
    const file = labSettings(flags['kubeconfig'] ?? kubeconfigIn(terminal));
    const hint =
      file === undefined
        ? 'If they are to be those of a lab that runs: source the gcloud.env that it printed.'
        : `The kubeconfig is that of a lab, which has them in a file: \`source ${file}\``;
    throw new PorticoError('invalid', `${error.message}\n${hint}`, { cause: thrown });
  }
}
