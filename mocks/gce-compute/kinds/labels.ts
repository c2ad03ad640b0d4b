import { conditionNotMet } from '../api-error.ts';
import { sameFingerprint } from '../fingerprint.ts';
import { part, text } from '../json.ts';
import type { Action } from '../kind.ts';

/** The same for every kind with labels: the fingerprint of the labels that the caller saw is required. */
export const setLabels: Action = {
  change: ({ site, entry, body }) => {
    const seen = text(body, 'labelFingerprint') ?? '';
    if (!sameFingerprint(seen, text(site.show(entry), 'labelFingerprint') ?? '')) throw conditionNotMet();
    return { ...entry.body, labels: part(body, 'labels') };
  },
};
