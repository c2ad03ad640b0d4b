import { conditionNotMet, invalidField } from '../api-error.ts';
import { sameFingerprint } from '../fingerprint.ts';
import { type Document, part, text } from '../json.ts';
import type { Action } from '../kind.ts';

/** https://cloud.google.com/compute/docs/labeling-resources#requirements: letters without capitals of any script. */
const keyRule = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const valueRule = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const mostLabels = 64;

export function checkLabels(labels: Document, field: string): void {
  const entries = Object.entries(labels);
  if (entries.length > mostLabels) throw invalidField(field, entries.length, `At most ${mostLabels} are allowed.`);
  for (const [key, value] of entries) {
    if (!keyRule.test(key)) throw invalidField(field, key, `Label key '${key}' violates format constraints.`);
    if (typeof value !== 'string' || !valueRule.test(value)) {
      throw invalidField(field, value, `Label value '${JSON.stringify(value)}' violates format constraints.`);
    }
  }
}

/** The same for every kind with labels: the fingerprint of the labels that the caller saw is required. */
export const setLabels: Action = {
  change: ({ site, entry, body }) => {
    const seen = text(body, 'labelFingerprint') ?? '';
    if (!sameFingerprint(seen, text(site.show(entry), 'labelFingerprint') ?? '')) throw conditionNotMet();
    checkLabels(part(body, 'labels'), 'labels');
    return { ...entry.body, labels: part(body, 'labels') };
  },
};
