import { parse as parseYaml } from 'yaml';
import { PorticoError } from './errors.ts';
import { envOf, flagOf, type Setting, type SettingName, settings } from './settings.ts';
import { nearest } from './model/nearest.ts';

type ValueOf<S> = S extends Setting<infer T> ? T : never;
type Always = { [K in SettingName]: (typeof settings)[K]['fallback'] extends undefined ? never : K }[SettingName];

/** What `portico run` runs with. Settings without a value are left out. */
export type Config = {
  readonly [K in SettingName]: ValueOf<(typeof settings)[K]> | (K extends Always ? never : undefined);
};

export interface ConfigSources {
  /** Given on the command line, by setting name. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The file given with --config. */
  readonly file?: { readonly path: string; readonly text: string };
  /** What stands in for settings that nobody gave, before their own defaults. */
  readonly fallback?: Readonly<Record<string, string | undefined>>;
}

/**
 * Flags before environment before file before default. Throws one `invalid` error that lists every problem, so that
 * nobody has to mend them one by one. Unknown PORTICO_* variables are left alone: Kubernetes itself puts some into Pods
 * beside a Service of the name portico.
 */
export function resolveConfig({ flags, env, file, fallback = {} }: ConfigSources): Config {
  const problems: string[] = [];
  const filed = file === undefined ? new Map<string, string>() : readFile(file, problems);
  const values: Record<string, unknown> = {};
  for (const [name, each] of Object.entries<Setting<unknown>>(settings)) {
    const given = [
      { from: flagOf(name), text: flags[name] },
      { from: envOf(name), text: env[envOf(name)] },
      { from: `${name} in ${file?.path ?? ''}`, text: filed.get(name) },
      { from: `the default of ${flagOf(name)}`, text: fallback[name] },
    ].find(({ text }) => text !== undefined);
    if (given?.text === undefined) {
      values[name] = each.fallback;
      if (each.required) problems.push(`${flagOf(name)} is missing: give ${each.help} (or set ${envOf(name)})`);
      continue;
    }
    try {
      values[name] = each.parse(given.text);
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      const shown = JSON.stringify(given.text);
      problems.push(`${given.from} ${complaint}${complaint.includes(shown) ? '' : `; it is ${shown}`}`);
    }
  }
  if (problems.length > 0) {
    throw new PorticoError(
      'invalid',
      `The configuration cannot be used:\n${problems.map((each) => `  - ${each}`).join('\n')}`,
    );
  }
  return values as Config;
}

function readFile(
  { path, text }: { readonly path: string; readonly text: string },
  problems: string[],
): Map<string, string> {
  const out = new Map<string, string>();
  let parsed: unknown;
  try {
    parsed = parseYaml(text);
  } catch (error) {
    problems.push(`${path} is neither YAML nor JSON: ${error instanceof Error ? error.message : String(error)}`);
    return out;
  }
  if (parsed === null) return out;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    problems.push(`${path} must hold settings such as \`provider: gce\`, one a line`);
    return out;
  }
  for (const [name, value] of Object.entries(parsed)) {
    if (!(name in settings))
      problems.push(`${path} has the unknown setting ${name}${suggestion(name, Object.keys(settings))}`);
    else if (typeof value === 'string' || typeof value === 'number') out.set(name, String(value));
    else problems.push(`${name} in ${path} must be text or a number`);
  }
  return out;
}

const suggestion = (name: string, known: readonly string[]): string => {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
};
