import type { Command, Option } from 'commander';
import { readingSettings } from '../../src/commands/reading-settings.ts';
import { commandTree } from '../../src/program.ts';
import { flagOf, type SettingName, settings } from '../../src/settings.ts';
import { code, madeFrom, table } from './markdown.ts';

/** Every command with its arguments, its flags and what its help says below them. */
export function commandsPage(): string {
  const terminal = {
    out: () => undefined,
    err: () => undefined,
    env: {},
    interactive: false,
    signal: new AbortController().signal,
  };
  const tree = commandTree(terminal, () => undefined);
  return `# Commands

In a checkout \`npm run -s portico -- COMMAND\`, installed \`portico COMMAND\`. Each has \`--help\`. Exit code: 0 it did what was asked,
1 it could not; what differs is told below. \`portico --version\` prints the version.

[Settings](settings.md) are flags, variables of the environment, or keys of the file given with \`--config\`. Commands other than
\`run\` know all but those that matter only to a controller that runs: ${running.map((name) => code(flagOf(name))).join(', ')}.

${leaves(tree).map(section).join('\n')}
${madeFrom('src/commands')}`;
}

const names = Object.keys(settings) as readonly SettingName[];
const running = names.filter((name) => !readingSettings.includes(name));

/** The commands that do something, in their order. One with flags of its own does, even when it has others below it. */
const leaves = (command: Command): readonly Command[] => {
  const below = command.commands.flatMap(leaves);
  return below.length === 0 || (command.parent && command.options.length > 0) ? [command, ...below] : below;
};

function section(command: Command): string {
  const own = takesSettings(command) ? command.options.filter((option) => !isSetting(option)) : command.options;
  const parts = [
    `## portico ${nameOf(command)}\n`,
    `${command.description()}\n`,
    code(`portico ${nameOf(command)} ${usageOf(command)}`) + '\n',
    ...(own.length + command.registeredArguments.length === 0
      ? []
      : [
          table(
            ['flag', 'default', 'meaning'],
            [
              ...command.registeredArguments.map((argument) => [code(argument.name()), '', argument.description]),
              ...own.map((option) => [code(option.flags), defaultOf(option), meaningOf(option)]),
            ],
          ),
        ]),
    ...(takesSettings(command) ? [`And [settings](settings.md).\n`] : []),
    ...helpBelow(command),
  ];
  return parts.join('\n');
}

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const usageOf = (command: Command): string =>
  [
    '[flags]',
    ...command.registeredArguments.map((argument) => `[${argument.name()}${argument.variadic ? '…' : ''}]`),
  ].join(' ');

const isSetting = ({ long }: Option): boolean => names.some((name) => flagOf(name) === long);
const takesSettings = (command: Command): boolean => command.options.some(({ long }) => long === '--config');

function defaultOf({ defaultValue, mandatory }: Option): string {
  if (mandatory && defaultValue === undefined) return 'required';
  if (defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0)) return '';
  return typeof defaultValue === 'boolean' ? '' : code(String(defaultValue));
}

const meaningOf = ({ description, argChoices }: Option): string =>
  argChoices === undefined || argChoices.every((choice) => description.includes(choice))
    ? description
    : `${description}: ${argChoices.join(', ')}`;

/** What `addHelpText` put below the flags. */
function helpBelow(command: Command): readonly string[] {
  const said: string[] = [];
  command.configureOutput({ writeOut: (text) => said.push(text) });
  command.outputHelp();
  const text = said.join('').replace(command.helpInformation(), '').trim();
  return text === '' ? [] : [`\`\`\`text\n${text}\n\`\`\`\n`];
}
