import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { driftReasons } from '../src/controller/condition-reasons.ts';
import { serviceStates } from '../src/controller/overview.ts';
import { eventReasons } from '../src/model/event-reasons.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The words that entries of a section are about. */
function entries(section: string): readonly string[] {
  const [, text = ''] = read('docs/guides/troubleshoot.md').split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/^### (.*)$/gm)].flatMap(([, heading = '']) =>
    [...heading.matchAll(/`(\w+)`/g)].map(([, word = '']) => word),
  );
}

const alerts = parse(read('deploy/monitoring/prometheus-rule.yaml')) as {
  readonly spec: { readonly groups: readonly { readonly rules: readonly { readonly alert: string }[] }[] };
};

it.each([
  // `Pending` is the absence of a condition, which has a section of its own; `Other` is somebody else's word.
  ['Conditions', serviceStates.filter((state) => !['Pending', 'Other'].includes(state))],
  ['Drift', Object.keys(driftReasons)],
  ['Events', Object.keys(eventReasons)],
  ['Alerts', alerts.spec.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert))],
])('%s: each word has its entry in the guide, and no entry is of the past', (section, words) => {
  expect(words.length).toBeGreaterThan(3);
  expect([...entries(section)].toSorted()).toEqual([...words].toSorted());
});
