import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

interface Module {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** Relative imports of a module, as paths from the root; `import type` and `export type` told apart. */
function importsOf(path: string, text: string): Import[] {
  const statement = /(?:import|export)\s+(type\s+)?(?:[\w*{}\s,]+\s+from\s+)?'(\.[^']+)'|import\('(\.[^']+)'\)/g;
  return [...text.matchAll(statement)].map(([, type, fixed, lazy]) => ({
    target: normalize(join(dirname(path), fixed ?? lazy ?? '')),
    typeOnly: type !== undefined,
  }));
}

const modules: readonly Module[] = globSync('{src,providers,mocks}/**/*.ts', { cwd: root })
  .toSorted()
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, imports: importsOf(path, text) };
  });

interface Rule {
  readonly title: string;
  readonly from: RegExp;
  /** What such a module may import of the project. */
  readonly allowed: (target: string, importer: Module, typeOnly: boolean) => boolean;
}

const within =
  (...places: RegExp[]) =>
  (target: string): boolean =>
    places.some((place) => place.test(target));

const provider = (path: string): string | undefined => /^providers\/([^/]+)\//.exec(path)?.[1];

const rules: readonly Rule[] = [
  {
    title: 'src/graph and src/model import only themselves and the errors',
    from: /^src\/(graph|model)\//,
    allowed: within(/^src\/graph\//, /^src\/model\//, /^src\/errors\.ts$/),
  },
  {
    title: 'src/graph knows nothing of src/model',
    from: /^src\/graph\//,
    allowed: within(/^src\/graph\//, /^src\/errors\.ts$/),
  },
  {
    title: 'a provider imports neither kube, controller nor another provider',
    from: /^providers\/[^/]+\//,
    allowed: (target, importer) =>
      provider(target) === provider(importer.path) ||
      within(/^src\/(graph|model)\//, /^src\/(errors|clock|provider|secrets|text-within)\.ts$/)(target),
  },
  {
    title: 'only wiring and commands import providers/index',
    from: /^(?!src\/wiring\.ts$|src\/commands\/)/,
    allowed: (target) => target !== 'providers/index.ts',
  },
  {
    title: 'src imports providers only through their index',
    from: /^src\//,
    allowed: (target) => !target.startsWith('providers/') || target === 'providers/index.ts',
  },
  {
    title: 'mocks import of src only types and the clock',
    from: /^mocks\//,
    allowed: (target, _importer, typeOnly) =>
      target.startsWith('mocks/') || target === 'src/clock.ts' || (typeOnly && target.startsWith('src/')),
  },
  {
    title: 'of src, only the lab and mock commands import mocks',
    from: /^(?:src|providers)\/(?!commands\/(?:lab|mock))/,
    allowed: (target) => !target.startsWith('mocks/'),
  },
  {
    title: 'nothing imports tests or tools',
    from: /./,
    allowed: (target) => !/^(test|tools)\//.test(target),
  },
];

describe('imports', () => {
  it('finds the imports it judges', () => {
    const sample =
      "import type { A } from './a.ts';\nimport { b } from '../b.ts';\nexport { c } from './c.ts';\nawait import('./d.ts');";
    expect(importsOf('src/x/y.ts', sample)).toEqual([
      { target: 'src/x/a.ts', typeOnly: true },
      { target: 'src/b.ts', typeOnly: false },
      { target: 'src/x/c.ts', typeOnly: false },
      { target: 'src/x/d.ts', typeOnly: false },
    ]);
    expect(modules.length).toBeGreaterThan(10);
  });

  it.each(rules)('$title', ({ from, allowed }) => {
    const broken = modules
      .filter((module) => from.test(module.path))
      .flatMap((module) =>
        module.imports
          .filter(({ target, typeOnly }) => !allowed(target, module, typeOnly))
          .map(({ target }) => `${module.path} → ${target}`),
      );
    expect(broken).toEqual([]);
  });
});

describe('files', () => {
  it('are at most 300 lines long', () => {
    const long = modules.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const empty = /(^|\/)(utils?|helpers?|common|misc|manager|types)(\.ts$|\/)/;
    expect(modules.map(({ path }) => path).filter((path) => empty.test(path))).toEqual([]);
    const dumps = /(^|\/)index\.ts$/;
    const packages = /^(providers\/index|providers\/[^/]+\/index|mocks\/index|mocks\/[^/]+\/index)\.ts$/;
    expect(modules.map(({ path }) => path).filter((path) => dumps.test(path) && !packages.test(path))).toEqual([]);
  });

  it('take time and chance from the clock alone', () => {
    const bare = /\b(setTimeout|setInterval|Date\.now|Math\.random|new Date\(\)|performance\.now|timers\/promises)\b/;
    const offenders = modules
      .filter(({ path, text }) => path !== 'src/clock.ts' && bare.test(text))
      .map(({ path }) => path);
    expect(offenders).toEqual([]);
  });
});
