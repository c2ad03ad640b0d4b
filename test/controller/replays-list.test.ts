import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/reference/replays-controller.md');
const section = (title: string): string => page.split(/^## /m).find((each) => each.startsWith(title)) ?? '';
const rows = (title: string): readonly (readonly [string, string])[] =>
  [...section(title).matchAll(/^\| (?!test |-)([^|]+)\|([^|]+)\|$/gm)].map(([, name = '', other = '']) => [
    name.trim(),
    other.trim(),
  ]);

it.each(rows('Replayed'))('the replay of %s is in %s', (name, path) => {
  expect(read(path)).toContain(name);
});

/** The cases of kubernetes/cloud-provider's controller_test.go, all of them. */
it.each([
  'TestSyncLoadBalancerIfNeeded',
  'TestUpdateNodesInExternalLoadBalancer',
  'TestNodeChangesForStableNodeSetEnabled',
  'TestNodeChangesInExternalLoadBalancer',
  'TestNodesNotEqual',
  'TestProcessServiceCreateOrUpdate',
  'TestSyncService',
  'TestProcessServiceDeletion',
  'TestNeedsCleanup',
  'TestSlowNodeSync',
  'TestNeedsUpdate',
  'TestServiceCache',
  'TestAddFinalizer',
  'TestRemoveFinalizer',
  'TestPatchStatus',
  'Test_respectsPredicates',
  'TestListWithPredicate',
  'Test_shouldSyncUpdatedNode_individualPredicates',
  'Test_shouldSyncUpdatedNode_compoundedPredicates',
  'TestServiceQueueDelay',
])('%s is replayed, or the page says why not', (name) => {
  const named = (title: string): boolean => rows(title).some(([names]) => names.includes(name));
  expect([named('Replayed'), named('Not replayed')].filter(Boolean)).toHaveLength(1);
});
