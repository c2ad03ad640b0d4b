import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Command, CommanderError } from 'commander';
import { gcCommand } from './commands/gc.ts';
import { labCommand } from './commands/lab.ts';
import { lintCommand } from './commands/lint.ts';
import { mockCommand } from './commands/mock.ts';
import { planCommand } from './commands/plan.ts';
import { runCommand } from './commands/run.ts';
import { statusCommand } from './commands/status.ts';
import { asPorticoError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command line and gives the exit code: 0 when it did what was asked, 1 when it could not; `plan` and `gc` have a 2. Whatever
 * goes wrong ends as a message on `err`, with a stack trace only for defects of our own.
 */
export async function runProgram(argv: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = commandTree(terminal, (told) => {
    code = told;
  });
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode;
    const error = asPorticoError(thrown);
    if (error.code === 'aborted' && terminal.signal.aborted) return 0;
    terminal.err(`portico: ${error.message}\n`);
    if (error.code === 'internal' && error.stack) terminal.err(`${error.stack}\n`);
    return 1;
  }
}

/** All commands with their flags. `exit` is told the code where it is not the usual one. */
export function commandTree(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('portico')
    .description('Gives Kubernetes Services of type LoadBalancer a load balancer in a cloud, or in a stand-in for one.')
    .version(version(), '-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', examples)
    .addCommand(labCommand(terminal))
    .addCommand(runCommand(terminal))
    .addCommand(planCommand(terminal, exit))
    .addCommand(statusCommand(terminal))
    .addCommand(lintCommand(terminal, exit))
    .addCommand(gcCommand(terminal, exit))
    .addCommand(mockCommand(terminal));
  settle(program, terminal);
  return program;
}

const examples = `
Begin here:
  portico lab --apply examples       a cluster and a cloud in one process, with three pods and the Services before them;
                                     tells how to use kubectl, gcloud and curl on it
  portico lab demo                   what traffic policies and weights do, by requests through the lab that runs
  portico lab node stop node-1       switches off a machine of the lab that runs (stop, start, drain)
  portico plan -f service.yaml       what a manifest would make in the cloud
  portico lint -f service.yaml       what is wrong with it
  portico run --help                 all settings of the controller
`;

/** Subcommands do not inherit these from their parent when they are added ready-made. */
function settle(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showHelpAfterError(`(\`${pathOf(command)} --help\` explains)`)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err });
  for (const child of command.commands) settle(child, terminal);
}

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

function version(): string {
  const path = findPackageJSON(import.meta.url);
  if (path === undefined) return 'unknown';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
