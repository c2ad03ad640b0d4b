export const code = (text: string): string => `\`${text}\``;

/** A table whose columns line up, as its reader in a terminal wants it. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const [first = [], ...rest] = all;
  return line(first) + line(widths.map((width) => '-'.repeat(width))) + rest.map(line).join('');
}

/** How every page ends that is made from source. */
export const madeFrom = (...sources: readonly string[]): string =>
  `Made by \`npm run docs:generate\` from ${sources.map(code).join(' and ')}.\n`;
