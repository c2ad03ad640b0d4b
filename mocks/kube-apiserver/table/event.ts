import { at, objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageOf } from './age.ts';
import { column, nameColumn, table, wide } from './build.ts';

/** Columns of core/v1 Events; those of events.k8s.io are read in their core form. */
export const eventTable = table(
  column('Last Seen', 'Time since the last occurrence.', lastSeen),
  column('Type', 'Normal or Warning.', (event) => textOf(event['type'])),
  column('Reason', 'Why the event was made, as one word.', (event) => textOf(event['reason'])),
  column('Object', 'What the event is about.', involved),
  wide('Subobject', 'Part of the object.', (event) => textOf(objectOf(event['involvedObject'])['fieldPath'])),
  wide('Source', 'Who reported it.', source),
  column('Message', 'What happened.', (event) => textOf(event['message']).trim()),
  wide('First Seen', 'Time since the first occurrence.', firstSeen),
  wide('Count', 'Number of occurrences.', count),
  { ...nameColumn, priority: 1 },
);

function involved(event: KubeObject): string {
  const { kind, name } = objectOf(event['involvedObject']);
  const lower = textOf(kind).toLowerCase();
  return name === undefined || name === '' ? lower : `${lower}/${textOf(name)}`;
}

function firstSeen(event: KubeObject, nowMs: number): string {
  return ageOf(event['firstTimestamp'] ?? event['eventTime'], nowMs);
}

function lastSeen(event: KubeObject, nowMs: number): string {
  const series = at(event, 'series', 'lastObservedTime');
  if (series !== undefined && series !== null) return ageOf(series, nowMs);
  const last = event['lastTimestamp'];
  return last === undefined || last === null ? firstSeen(event, nowMs) : ageOf(last, nowMs);
}

function source(event: KubeObject): string {
  const { component, host } = objectOf(event['source']);
  const reporter = textOf(component) || textOf(event['reportingComponent']);
  const place = textOf(host) || textOf(event['reportingInstance']);
  return place === '' ? reporter : `${reporter}, ${place}`;
}

function count(event: KubeObject): number {
  const series = at(event, 'series', 'count');
  if (typeof series === 'number') return series;
  return typeof event['count'] === 'number' && event['count'] > 0 ? event['count'] : 1;
}
