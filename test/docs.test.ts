import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serviceStates } from '../src/controller/overview.ts';
import { errorCodes } from '../src/errors.ts';
import { eventReasons } from '../src/model/event-reasons.ts';
import { type Option, options } from '../src/model/options.ts';
import { inertKeys } from '../src/model/other-keys.ts';
import { flagOf, settings } from '../src/settings.ts';
import { metricTable } from '../src/telemetry/metric-table.ts';
import { pages } from '../tools/docs/pages.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('reference pages', () => {
  it.each(Object.keys(pages))('%s says what the source says: otherwise run npm run docs:generate', (path) => {
    expect(read(path)).toBe(pages[path]?.());
  });

  it('leave nothing out', () => {
    for (const name of Object.keys(options))
      expect(read('docs/reference/options.md')).toContain(`portico.dev/${name}\``);
    for (const name of Object.keys(settings))
      expect(read('docs/reference/settings.md')).toContain(`\`${flagOf(name)} `);
    for (const reason of serviceStates.filter((state) => !['Pending', 'Other'].includes(state)))
      expect(read('docs/reference/conditions.md')).toContain(`\`${reason}\``);
    for (const code of errorCodes) expect(read('docs/reference/errors.md')).toContain(`| \`${code}\``);
    for (const reason of Object.keys(eventReasons))
      expect(read('docs/reference/events.md')).toContain(`| \`${reason}\``);
    for (const { name } of Object.values(metricTable))
      expect(read('docs/reference/metrics.md')).toContain(`| \`${name}\``);
    const commands = ['lab', 'lab demo', 'lab node', 'run', 'plan', 'status', 'lint', 'gc', 'mock kube', 'mock gce'];
    expect(read('docs/reference/commands.md').match(/^## .*/gm)).toEqual(commands.map((name) => `## portico ${name}`));
  });
});

it('the guide for moving names every key of other controllers that is understood', () => {
  const guide = read('docs/guides/move-to-portico.md');
  for (const [name, { aliases }] of Object.entries<Option>(options)) {
    for (const { key } of aliases)
      expect(guide).toMatch(new RegExp(`\\| \`${key}[^|]*\\|[^|]*portico\\.dev/${name}\\b`));
  }
});

it('the guide for adapters names every member of the port', () => {
  const port = read('src/provider.ts');
  const members = ['Reconcilable<Intent>', 'Provider extends Reconcilable<LoadBalancerIntent>', 'Retention'].flatMap(
    (name) => {
      const [, text = ''] = port.split(`export interface ${name} {\n`);
      const [body = ''] = text.split('\n}\n');
      return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, member = '']) => member);
    },
  );
  expect(members.length).toBeGreaterThan(12);
  const table = read('docs/guides/write-an-adapter.md').split('\n## ')[1] ?? '';
  for (const member of members) expect(table).toMatch(new RegExp(`\`${member}\\b`));
});

it('portico lint knows every key of which the guide for moving says that there is none for it', () => {
  const guide = read('docs/guides/move-to-portico.md');
  const told = [...guide.matchAll(/^\| `([^`]+)`.*\| none/gm)].map(([, cell = '']) => cell.replace(/:.*/, ''));
  expect(told.length).toBeGreaterThan(4);
  expect(told.filter((key) => !Object.hasOwn(inertKeys, key) && !key.endsWith('…'))).toEqual([]);
});

/** The rows of a console's tables, each with where the columns of its header begin. */
const tableRows = (page: string): readonly { readonly row: string; readonly starts: readonly number[] }[] =>
  [...page.matchAll(/^```console\n([^]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split(/^\$ .*\n/m))
    .flatMap((shown) => {
      const lines = shown.split('\n');
      const [, ...rows] = lines.slice(0, Math.max(0, lines.indexOf('')));
      const header = /^[A-Z]\S*( {2,}[A-Z]\S*)+$/.test(lines[0] ?? '') ? (lines[0] ?? '') : '';
      const starts = [...header.matchAll(/(?<= {2})\S/g)].map(({ index }) => index);
      return header === '' ? [] : rows.map((row) => ({ row, starts }));
    });

it('the tables of the tutorial stand in columns, as they were printed', () => {
  const rows = tableRows(read('docs/tutorial/expose-a-service.md'));
  expect(rows.length).toBeGreaterThan(12);
  const isOff = ({ row, starts }: (typeof rows)[number]): boolean =>
    starts.some((start) => start < row.length && !/^ \S/.test(row.slice(start - 1)));
  expect(rows.filter(isOff)).toEqual([]);
});
