import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Every page that is kept, and those about to be. */
const pages = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));

const withoutCode = (text: string): string => text.replaceAll(/^( *)```[^]*?^\1```/gm, '').replaceAll(/^ {4}.*$/gm, '');

/** The anchors of a page as GitHub makes them: https://docs.github.com/en/get-started/writing-on-github */
function anchors(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...withoutCode(text).matchAll(/^#{1,6} +(.*)$/gm)].map(([, heading = '']) => {
      const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(' ', '-');
      const before = seen.get(anchor) ?? 0;
      seen.set(anchor, before + 1);
      return before === 0 ? anchor : `${anchor}-${before}`;
    }),
  );
}

interface Link {
  readonly target: string;
  readonly fragment: string | undefined;
}

const linksIn = (text: string): readonly Link[] =>
  [
    ...withoutCode(text)
      .replaceAll(/(?<!\[)`[^`\n]*`(?!\])/g, '')
      .matchAll(/\]\(\s*<?([^)>\s]+)>?\s*\)/g),
  ].map(([, link = '']) => {
    const [target = '', fragment] = link.split('#');
    return { target, fragment };
  });

const isOutside = ({ target }: Link): boolean => /^[a-z]+:/.test(target);

function broken(page: string, text: string): string[] {
  return linksIn(text)
    .filter((link) => !isOutside(link))
    .flatMap(({ target, fragment }) => {
      const path = target === '' ? page : join(dirname(page), target);
      if (target !== '' && !existsSync(join(root, path))) return [`${target} is not there`];
      if (fragment === undefined || !path.endsWith('.md')) return [];
      return anchors(target === '' ? text : read(path)).has(fragment) ? [] : [`${target}#${fragment}: no such heading`];
    });
}

it('finds what is broken, in plain and in backticked links, and passes over code', () => {
  const text = [
    '# One & Two',
    '[a](#one--two) [b](#three) [`c`](nowhere.md) [d](README.md#try-it) [e](README.md#tried)',
    'a call `x[0](y)` and ![f](picture.svg), [g](https://example.com/x)',
    '```js',
    'z[1](w)',
    '```',
  ].join('\n');
  expect(broken('page.md', text)).toEqual([
    '#three: no such heading',
    'nowhere.md is not there',
    'README.md#tried: no such heading',
    'picture.svg is not there',
  ]);
});

it.each(pages)('%s links to what is there', (page) => {
  expect(broken(page, read(page))).toEqual([]);
});

it('every page of docs is linked from another', () => {
  const linked = new Set(pages.flatMap((page) => linksIn(read(page)).map(({ target }) => join(dirname(page), target))));
  expect(
    pages.filter((page) => page.startsWith('docs/') && !page.startsWith('docs/adr/') && !linked.has(page)),
  ).toEqual([]);
});
