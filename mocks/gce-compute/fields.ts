import { invalidField } from './api-error.ts';
import { count, type Document, text } from './json.ts';

/** https://cloud.google.com/compute/docs/naming-resources */
const namePattern = '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)';
const nameRule = new RegExp(`^${namePattern}$`);

export function checkName(body: Document): string {
  const name = text(body, 'name') ?? '';
  if (!nameRule.test(name)) {
    throw invalidField('resource.name', name, `Must be a match of regex '${namePattern}'`);
  }
  return name;
}

export function checkRange(body: Document, field: string, low: number, high: number, prefix = 'resource'): void {
  const value = count(body, field);
  if (value !== undefined && (value < low || value > high)) {
    const bound = value < low ? `greater than or equal to ${low}` : `less than or equal to ${high}`;
    throw invalidField(`${prefix}.${field}`, value, `Must be ${bound}`);
  }
}

export function checkLength(body: Document, field: string, longest: number): void {
  const value = text(body, field);
  if (value !== undefined && value.length > longest) {
    throw invalidField(`resource.${field}`, value, `Must be at most ${longest} characters long`);
  }
}

export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** `80` or `80-90`. */
export function parsePorts(written: string, low = 1): PortRange | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  if (match === null) return undefined;
  const range = { low: Number(match[1]), high: Number(match[2] ?? match[1]) };
  return range.low >= low && range.high <= 65_535 && range.low <= range.high ? range : undefined;
}

/** A list of names, written as text. */
export const words = (list: string): readonly string[] => list.trim().split(/\s+/);
