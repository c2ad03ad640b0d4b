import { errorRules } from '../../src/errors.ts';
import { type Option, optionPrefix, options } from '../../src/model/options.ts';
import { defaultOf, envOf, flagOf, type Setting, settings } from '../../src/settings.ts';

/** The reference pages that follow from tables in the source, by their path from the root. */
export const pages: Readonly<Record<string, () => string>> = {
  'docs/reference/options.md': optionsPage,
  'docs/reference/settings.md': settingsPage,
  'docs/reference/conditions.md': conditionsPage,
};

const generated = 'Made by `npm run docs:generate` from';

function optionsPage(): string {
  const rows = Object.entries<Option>(options).map(([name, { accepts, otherwise, meaning, aliases }]) => [
    code(`${optionPrefix}${name}`),
    accepts,
    otherwise,
    meaning,
    aliases.map(({ key }) => code(key)).join('<br>'),
  ]);
  return `# Options of a Service

Annotations of a Service. The keys in the last column mean the same, so that manifests written for other controllers work;
our own key wins over them. A key that begins with \`${optionPrefix}\` and is not in this table is refused with the
nearest one that is: a misspelt \`scheme\` must not open a balancer to the internet. A condition, \`portico.dev/Programmed\`,
and an Event tell it. What the cloud makes of them: [Google Cloud](gce.md).

${table(['annotation', 'value', 'without it', 'meaning', 'the same as'], rows)}
${generated} \`src/model/options.ts\`.
`;
}

function settingsPage(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => {
    const fallback = defaultOf(setting);
    return [
      code(`${flagOf(name)} ${setting.placeholder}`),
      code(envOf(name)),
      code(name),
      setting.required ? 'required' : fallback === undefined ? '' : code(fallback),
      setting.help,
    ];
  });
  return `# Settings of \`portico run\`

Each is a flag, a variable of the environment, or a key of the file given with \`--config\` (YAML or JSON). Flags win over the
environment, the environment over the file. Whatever is wrong is told at once, all of it, before anything is done.

${table(['flag', 'variable', 'key', 'default', 'meaning'], rows)}
${generated} \`src/settings.ts\`.
`;
}

function conditionsPage(): string {
  const retries = {
    change: 'when the Service, or what it lacks, changes',
    slow: 'after 1 to 10 minutes',
    backoff: 'after 1 second to 5 minutes',
    soon: 'at once',
    never: 'not at all',
  } as const;
  const rows = Object.values(errorRules).map(({ reason, meaning, retry }) => [code(reason), meaning, retries[retry]]);
  return `# Conditions of a Service

\`portico.dev/Programmed\` is \`True\` (reason \`Programmed\`, for a NodePort Service \`NodePortsOpen\`) when what the Service asks for
is in the cloud. It names the Portico that serves. Until then it is \`False\`: \`Provisioning\` while it is being made, \`Deleting\` while it goes,
\`NoEligibleNodes\` when it is there and no node carries its traffic, \`Observed\` when the policy is to observe and the message
says what would be done, or one of these:

${table(['reason', 'meaning', 'tried again'], rows)}
\`portico.dev/AddressReserved\` is there, and \`False\`, only while the Service has an address that should be reserved and
is not: reason \`QuotaExceeded\`. It is asked for again by time, 1 to 10 minutes apart, and goes when the very address is reserved.

${generated} \`src/errors.ts\`.
`;
}

const code = (text: string): string => `\`${text}\``;

/** A table whose columns line up, as its reader in a terminal wants it. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [first = [], ...rest] = all;
  return line(first) + line(widths.map((width) => '-'.repeat(width))) + rest.map(line).join('');
}
