import type { Kind, KubeObject } from '../kind.ts';
import { nameOf, namespaceOf } from '../metadata.ts';
import { byteOrder } from '../schema/canonical.ts';
import { type ApiError, badRequest } from '../status.ts';
import type { Matches } from './label-selector.ts';

export interface FieldTerm {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

const notUnderstood = (text: string, part: string): ApiError =>
  badRequest(`invalid selector: '${text}'; can't understand '${part}'`);

/** The terms of a `fieldSelector`; throws 400 when it is malformed. */
export function parseFieldSelector(text: string): FieldTerm[] {
  const terms: FieldTerm[] = [];
  // The real server sorts the terms first: the refusal names the first wrong one in that order.
  for (const part of (text.match(/(?:\\.|[^\\,]|\\$)+/gs) ?? []).toSorted(byteOrder)) {
    const found = /^(.*?)(!=|==|=)(.*)$/s.exec(part);
    if (!found) throw notUnderstood(text, part);
    const [, field = '', operator, value = ''] = found;
    terms.push({ field, value: unescaped(value), equal: operator !== '!=' });
  }
  return terms;
}

/** Of a value only a backslash, a comma and an equals sign are escaped, and those always. */
function unescaped(value: string): string {
  const wrong = (what: string): ApiError => badRequest(`invalid field selector: ${what}`);
  return value.replaceAll(/\\(.?)|[,=]/gs, (found, escaped?: string) => {
    // Go prints the character as a number.
    if (escaped === undefined) throw wrong(`unescaped character in value: ${found.charCodeAt(0)}`);
    if (!['\\', ',', '='].includes(escaped)) throw wrong(`invalid escape sequence: ${found}`);
    return escaped;
  });
}

/** A `fieldSelector` as a predicate; throws 400 for a field the kind cannot be selected by. */
export function fieldSelector(kind: Kind, text: string): Matches {
  const tests = parseFieldSelector(text).map(({ field, value, equal }): Matches => {
    const read = reader(kind, field);
    return (object) => (read(object) === value) === equal;
  });
  return (object) => tests.every((test) => test(object));
}

function reader(kind: Kind, field: string): (object: KubeObject) => string {
  if (field === 'metadata.name') return nameOf;
  if (field === 'metadata.namespace' && (kind.namespaced || Object.hasOwn(kind.selectableFields, field)))
    return namespaceOf;
  const own = Object.hasOwn(kind.selectableFields, field) ? kind.selectableFields[field] : undefined;
  if (!own && Object.keys(kind.selectableFields).length === 0) {
    throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
  }
  if (!own) throw badRequest(`field label not supported: ${field}`);
  return own;
}
