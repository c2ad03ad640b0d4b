import { PorticoError } from '../errors.ts';
import type { OptionValue } from './intent.ts';
import { nearest } from './nearest.ts';
import { type Option, type OptionName, type Options, optionPrefix, options } from './options.ts';

export interface ReadOptions {
  readonly options: Options;
  /** One sentence each, complete: the annotation, what is wrong with it, what to write. */
  readonly problems: readonly string[];
}

/**
 * The options that annotations ask for. Our own key wins over those of other controllers; among those the first of the
 * table does. A key with our prefix that is not in the table is a problem: a misspelt `scheme` must not open a balancer
 * to the internet.
 */
export function readOptions(annotations: Readonly<Record<string, string>>): ReadOptions {
  const problems: string[] = [];
  const found: Record<string, OptionValue> = {};
  for (const [name, row] of Object.entries<Option>(options)) {
    const given = textOf(name, row, annotations);
    if (given === undefined) continue;
    try {
      found[name] = row.parse(given.text);
    } catch (error) {
      const complaint = error instanceof Error ? error.message : String(error);
      const shown = JSON.stringify(given.shown);
      // A complaint that quotes all of the value has said it.
      const ending = complaint.includes(shown) ? '' : `, and is ${shown}`;
      problems.push(`the annotation ${given.key} ${complaint}${ending}`);
    }
  }
  for (const key of Object.keys(annotations).toSorted()) {
    if (!key.startsWith(optionPrefix)) continue;
    const name = key.slice(optionPrefix.length);
    if (Object.hasOwn(options, name)) continue;
    const near = nearest(name, Object.keys(options));
    const hint = near === undefined ? 'remove it' : `did you mean ${optionPrefix}${near}?`;
    problems.push(`the annotation ${key} is not known; ${hint}`);
  }
  return { options: found, problems };
}

/**
 * One option by itself: what has to be known of a Service whatever else of it cannot be read. Throws `invalid` when it
 * cannot be read either.
 */
export function optionOf<K extends OptionName>(
  name: K,
  annotations: Readonly<Record<string, string>>,
  object: string,
): Options[K] | undefined {
  const row: Option = options[name];
  const given = textOf(name, row, annotations);
  if (given === undefined) return undefined;
  const { options: read, problems } = readOptions({ [given.key]: given.shown });
  if (problems.length > 0) throw new PorticoError('invalid', `${object}: ${problems.join('; ')}.`, { object });
  return read[name];
}

/** Whether a change of this annotation can change what is made for a Service. */
export const isOptionKey = (key: string): boolean => key.startsWith(optionPrefix) || aliasKeys.has(key);

/** For each option its own key, and those of others that say the same, the stronger first. */
export const optionKeys = Object.entries<Option>(options).map(([name, { aliases }]) => ({
  key: `${optionPrefix}${name}`,
  aliases: aliases.map(({ key }) => key),
}));

const aliasKeys: ReadonlySet<string> = new Set(optionKeys.flatMap(({ aliases }) => aliases));

/** The options for clouds, by name. */
export const cloudOptions = (read: Options): Readonly<Record<string, OptionValue>> =>
  Object.fromEntries(
    Object.entries(read).filter(
      ([name]) => (options as Readonly<Record<string, Option>>)[name as OptionName]?.reader === 'cloud',
    ),
  );

interface Given {
  readonly key: string;
  readonly text: string;
  /** As the person wrote it. */
  readonly shown: string;
}

function textOf(name: string, row: Option, annotations: Readonly<Record<string, string>>): Given | undefined {
  const own = annotations[`${optionPrefix}${name}`];
  if (own !== undefined) return { key: `${optionPrefix}${name}`, text: own, shown: own };
  for (const { key, translate } of row.aliases) {
    const shown = annotations[key];
    const text = shown === undefined || translate === undefined ? shown : translate(shown);
    if (shown !== undefined && text !== undefined) return { key, text, shown };
  }
  return undefined;
}
