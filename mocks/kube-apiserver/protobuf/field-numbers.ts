import { coreFields } from './core-fields.ts';
import { groupFields } from './group-fields.ts';
import { podFields } from './pod-fields.ts';

/**
 * By package and message of Kubernetes' published `.proto` files: the names of the fields in the order of their numbers,
 * from 1 on. `-` is a number that is not used. `@Name` is a message of its own there whose fields are fields of the
 * object itself in JSON (an embedded struct in Go). Types are those of the schema.
 */
export type FieldNumbers = Readonly<Record<string, Readonly<Record<string, string>>>>;

const all: readonly FieldNumbers[] = [coreFields, podFields, groupFields];
const split = new Map<string, readonly string[]>();

/** Names of the fields of a message by number, which is their place plus one; none for a message that is not known. */
export function fieldNames(message: string): readonly string[] {
  let names = split.get(message);
  if (!names) {
    const dot = message.lastIndexOf('.');
    const [pkg, name] = [message.slice(0, dot), message.slice(dot + 1)];
    const listed = all.map((fields) => fields[pkg]?.[name]).find((found) => found !== undefined) ?? '';
    names = listed.split(/\s+/).filter((field) => field !== '');
    split.set(message, names);
  }
  return names;
}

/** The message `@Name` that stands in another one of the same package. */
export function embeddedMessage(message: string, field: string): string | undefined {
  return field.startsWith('@') ? `${message.slice(0, message.lastIndexOf('.'))}.${field.slice(1)}` : undefined;
}
