import { ApiError } from './api-error.ts';
import { type Document, isDocument, isList, type Json } from './json.ts';

/** What of a message is wanted: `everything`, or some fields. https://cloud.google.com/apis/docs/system-parameters */
type Mask = 'everything' | ReadonlyMap<string, Mask>;

const refuse = (source: string): ApiError => new ApiError(400, 'invalidParameter', `Invalid field selection ${source}`);

/** `items(name,zone),nextPageToken`, `items/name`, `*`. */
function parseMask(source: string): Mask {
  let rest = source;
  const take = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(rest)?.[0];
    rest = rest.slice(found?.length ?? 0);
    return found;
  };
  const selection = (): Mask => {
    const fields = new Map<string, Mask>();
    do {
      const name = take(/^(?:[A-Za-z][\w-]*|\*)/);
      if (name === undefined) throw refuse(source);
      fields.set(name, union(fields.get(name), below()));
    } while (take(/^,/) !== undefined);
    return fields;
  };
  const below = (): Mask => {
    if (take(/^\//) !== undefined) {
      const name = take(/^(?:[A-Za-z][\w-]*|\*)/);
      if (name === undefined) throw refuse(source);
      return new Map([[name, below()]]);
    }
    if (take(/^\(/) === undefined) return 'everything';
    const inner = selection();
    if (take(/^\)/) === undefined) throw refuse(source);
    return inner;
  };
  const mask = selection();
  if (rest !== '') throw refuse(source);
  return mask;
}

function union(a: Mask | undefined, b: Mask): Mask {
  if (a === undefined) return b;
  if (a === 'everything' || b === 'everything') return 'everything';
  const merged = new Map(a);
  for (const [name, mask] of b) merged.set(name, union(merged.get(name), mask));
  return merged;
}

function pick(value: Json | undefined, mask: Mask): Json | undefined {
  if (mask === 'everything' || value === undefined) return value;
  if (isList(value)) return value.map((item) => pick(item, mask) ?? null);
  if (!isDocument(value)) return value;
  const any = mask.get('*');
  const kept = Object.entries(value).flatMap(([field, inner]) => {
    const wanted = mask.get(field) ?? any;
    return wanted === undefined ? [] : [[field, pick(inner, wanted)] as const];
  });
  return Object.fromEntries(kept);
}

/** Cuts answers down to the parameter `fields`; checks it before any work is done. */
export function createSelection(fields: string | null): (answer: Document) => Document {
  if (fields === null || fields.trim() === '') return (answer) => answer;
  const mask = parseMask(fields.replaceAll(/\s/g, ''));
  return (answer) => {
    const picked = pick(answer, mask);
    return isDocument(picked) ? picked : {};
  };
}
