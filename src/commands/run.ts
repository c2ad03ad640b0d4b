import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type Config, resolveConfig } from '../config.ts';
import { PorticoError } from '../errors.ts';
import { envOf, flagOf, type Setting, settings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** `portico run`: the controller, until it is told to stop. */
export function runCommand(terminal: Terminal): Command {
  const command = new Command('run').description('Run the controller against a cluster and a cloud.');
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    command.addOption(new Option(`${flagOf(name)} <${setting.placeholder}>`, describe(setting)));
  }
  return command
    .option('--config <FILE>', 'settings as YAML or JSON, by the names of the flags: `gceProject: p`')
    .addHelpText('after', afterHelp)
    .action(async (flags: Record<string, string | undefined>) => {
      const config = await configFrom(flags, terminal);
      const { runWith } = await import('../wiring.ts');
      await runWith(config, terminal);
    });
}

const afterHelp = `
Each setting may also stand in the environment, as PORTICO_ and its name in capitals (${envOf('gceProject')}), or in the
file given with --config. Flags win over the environment, the environment over the file.

Offline:
  portico mock kube --port 8001 --kubeconfig kube.yaml &
  portico mock gce --port 8002 &
  portico run --kubeconfig kube.yaml --provider gce --cluster-id test --gce-project portico --gce-region us-central1 \\
              --gce-api-endpoint http://127.0.0.1:8002
`;

function describe({ help, required, fallback }: Setting<unknown>): string {
  if (required) return `${help} (required)`;
  if (fallback === undefined) return help;
  return `${help} (default: ${typeof fallback === 'object' && fallback !== null ? Object.values(fallback).join(':') : `${fallback as string | number}`})`;
}

async function configFrom(flags: Record<string, string | undefined>, { env }: Terminal): Promise<Config> {
  const path = flags['config'];
  if (path === undefined) return resolveConfig({ flags, env });
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new PorticoError('invalid', `Cannot read the file given with --config: ${cause.message}.`, {
      object: path,
      cause,
    });
  });
  return resolveConfig({ flags, env, file: { path, text } });
}
