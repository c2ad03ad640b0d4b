import { text, texts } from '../compute/fields.ts';
import { lastSegment } from '../paths.ts';
import type { Kind } from './kind.ts';

/**
 * An unmanaged group of the cluster's nodes in one zone.
 * https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups
 */
export interface InstanceGroupSpec {
  readonly zone: string;
  /** Names of machines, sorted. */
  readonly members: readonly string[];
}

/** More machines a group does not take. */
export const largestGroup = 1000;

export const instanceGroup: Kind<InstanceGroupSpec> = {
  collection: 'instanceGroups',
  policy: { fields: { zone: 'replace', members: 'update' }, loses: 'traffic' },
  fields: ['zone', 'members'],
  specOf: (body) => ({ zone: lastSegment(text(body, 'zone') ?? ''), members: texts(body, 'members').toSorted() }),
  bodyOf: () => ({}),
};
