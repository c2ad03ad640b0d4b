import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { Config } from '../config.ts';
import { PorticoError } from '../errors.ts';
import { defaultOf, flagOf, type Setting, type SettingName, settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Gives the command a flag for each setting that it goes by, and `--config` for a file of them. `need` tells what is said
 * of a setting without which the controller cannot run.
 */
export function addSettings(
  command: Command,
  names = Object.keys(settings) as readonly SettingName[],
  need: (name: SettingName) => string = () => '(required)',
): Command {
  for (const name of names) {
    const setting: Setting<unknown> = settings[name];
    command.addOption(new Option(`${flagOf(name)} <${setting.placeholder}>`, describe(setting, need(name))));
  }
  return command.option('--config <FILE>', 'settings as YAML or JSON, by the names of the flags: `gceProject: p`');
}

function describe(setting: Setting<unknown>, need: string): string {
  const fallback = defaultOf(setting);
  if (setting.required) return `${setting.help} ${need}`;
  return fallback === undefined ? setting.help : `${setting.help} (default: ${fallback})`;
}

export type Flags = Readonly<Record<string, string | undefined>>;

/** The configuration from flags, environment and file; `fallback` stands in for required settings that nobody gave. */
export async function configFrom(flags: Flags, { env }: Pick<Terminal, 'env'>, fallback: Flags = {}): Promise<Config> {
  const { resolveConfig } = await import('../config.ts');
  const path = flags['config'];
  if (path === undefined) return resolveConfig({ flags, env, fallback });
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot read the file given with --config: ${cause.message}.`, {
      object: path,
      cause,
    });
  });
  return resolveConfig({ flags, env, file: { path, text }, fallback });
}

/** What commands say of a required setting where only manifests are looked at. */
export const supposedOtherwise = (name: SettingName): string => `(default: ${supposed[name] ?? ''})`;

/** Names for what a manifest alone does not tell. */
export const supposed: Flags = {
  provider: 'gce',
  clusterId: 'cluster',
  gceProject: 'project',
  gceRegion: 'us-central1',
};
