import { Command } from 'commander';
import { envOf } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { addSettings, configFrom, type Flags } from './setting-flags.ts';

/** `portico run`: the controller, until it is told to stop. */
export function runCommand(terminal: Terminal): Command {
  return addSettings(new Command('run').description('Run the controller against a cluster and a cloud.'))
    .addHelpText('after', afterHelp)
    .action(async (flags: Flags) => {
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
