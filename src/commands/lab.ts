import { Command, Option } from 'commander';
import { nearest } from '../model/nearest.ts';
import { wholeNumber } from '../model/parse.ts';
import type { Terminal } from '../terminal.ts';
import { labDemoCommand } from './lab-demo.ts';
import { labNodeCommand } from './lab-node.ts';
import { arg, outputOption, portOption } from './arguments.ts';

export interface LabOptions {
  readonly kubePort: number;
  readonly gcePort: number;
  readonly nodes: number;
  readonly opLatency: number;
  readonly stateDir?: string;
  readonly apply: readonly string[];
  readonly output: 'text' | 'json';
}

/** `portico lab`: cluster, cloud and controller in one process. */
export const labCommand = (terminal: Terminal): Command =>
  new Command('lab')
    .description('Run a cluster, a cloud and the controller in one process, for kubectl and gcloud to try.')
    .addOption(portOption('--kube-port <N>', ' of the Kubernetes API'))
    .addOption(portOption('--gce-port <N>', ' of the Compute API'))
    .addOption(
      new Option('--nodes <N>', 'nodes, spread over three zones').default(3).argParser(arg(wholeNumber(0, 1000))),
    )
    .addOption(
      new Option('--op-latency <MS>', 'how long each operation of the cloud takes')
        .default(200)
        .argParser(arg(wholeNumber(0, 600_000))),
    )
    .option(
      '--state-dir <DIR>',
      'where to put the kubeconfig and the settings of gcloud (default: a folder that is removed at the end)',
    )
    .option('--apply <FILE...>', 'manifests, or folders of them, to apply when everything is up', [])
    .addOption(outputOption())
    .addHelpText(
      'after',
      `
Nothing outside this process is needed: no Docker, no cloud, no credentials. Ctrl-C ends it and leaves nothing behind.

  portico lab --apply examples                   with three pods and the Services before them
  portico lab --op-latency 2000 --nodes 6        a slower cloud, more nodes
`,
    )
    .allowExcessArguments()
    .action(async (options: LabOptions, lab: Command) => {
      refuseWords(lab);
      const { runLab } = await import('./lab-cluster.ts');
      await runLab(options, terminal);
    })
    .addCommand(labDemoCommand(terminal))
    .addCommand(labNodeCommand(terminal));

/** A word after a command that runs by itself is, for commander, an argument too many; for a person a command, or a file. */
function refuseWords(lab: Command): void {
  const [word] = lab.args;
  if (word === undefined) return;
  const near = nearest(
    word,
    lab.commands.map((each) => each.name()),
  );
  const hint = near === undefined ? 'Manifests are given with --apply.' : `(Did you mean ${near}?)`;
  lab.error(`error: unknown command '${word}'\n${hint}`);
}
