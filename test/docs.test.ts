import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorRules } from '../src/errors.ts';
import { options } from '../src/model/options.ts';
import { flagOf, settings } from '../src/settings.ts';
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
    for (const { reason } of Object.values(errorRules)) {
      expect(read('docs/reference/conditions.md')).toContain(`\`${reason}\``);
    }
  });
});
