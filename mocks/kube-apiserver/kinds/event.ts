import { at, type Json, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject, SharedStorage, Strategy, Table } from '../kind.ts';
import { eventSchema } from '../schema/core.ts';
import { newEventSchema } from '../schema/events.ts';
import { eventTable } from '../table/event.ts';
import { invalidEach, invalidValue, required } from '../validation/field-error.ts';
import { byteLength, dnsSubdomainName, pathSegmentName, wrongQualifiedName } from '../validation/names.ts';
import { canonicalKube, strategyOf } from './strategy.ts';

/** Events: one kind of stored object with two faces, core/v1 and events.k8s.io/v1. */

/** Names in the newer API, by the core name. */
const renamed: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function renameKeys(event: KubeObject, names: readonly (readonly [string, string])[]): Readonly<Record<string, Json>> {
  const map = new Map(names);
  return Object.fromEntries(Object.entries(event).map(([key, value]) => [map.get(key) ?? key, value]));
}

function toCore(event: KubeObject): KubeObject {
  const { kind, metadata } = event;
  const back = renamed.map(([core, newer]) => [newer, core] as const);
  return canonicalKube({ ...renameKeys(event, back), kind, apiVersion: 'v1', metadata }, eventSchema);
}

function fromCore(event: KubeObject): KubeObject {
  const { kind, metadata } = event;
  return canonicalKube(
    { ...renameKeys(event, renamed), kind, apiVersion: 'events.k8s.io/v1', metadata },
    newEventSchema,
  );
}

/** Both kinds lie in the store as core Events. */
export const eventStorage: SharedStorage = { group: '', plural: 'events', toStored: toCore, fromStored: fromCore };

/** The columns of core Events. */
export const newEventTable: Table = { ...eventTable, cells: (event, nowMs) => eventTable.cells(toCore(event), nowMs) };

/** The rules of core Events; an event with eventTime is judged as the newer kind is. */
function wrongEvent(event: KubeObject, controllerField: string): readonly FieldError[] {
  const namespace = textOf(event.metadata['namespace']);
  const involved = textOf(at(event, 'involvedObject', 'namespace'));
  const mismatch = invalidValue('involvedObject.namespace', involved, 'does not match event.namespace');
  if (textOf(event['eventTime']) === '') {
    const fits = involved === '' ? ['', 'default'].includes(namespace) : involved === namespace;
    return fits ? [] : [mismatch];
  }
  const controller = textOf(event['reportingComponent']);
  return [
    ...(involved === '' && !['default', 'kube-system'].includes(namespace) ? [mismatch] : []),
    ...(controller === '' ? [required(controllerField)] : []),
    ...invalidEach(controllerField, controller, wrongQualifiedName(controller)),
    ...['reportingInstance', 'action', 'reason'].flatMap((key) => shortText(event, key)),
    ...(byteLength(textOf(event['message'])) > 1024
      ? [invalidValue('message', '', 'can have at most 1024 characters')]
      : []),
  ];
}

function shortText(event: KubeObject, key: string): readonly FieldError[] {
  const value = textOf(event[key]);
  if (value === '') return [required(key)];
  return byteLength(value) > 128 ? [invalidValue(key, '', 'can have at most 128 characters')] : [];
}

function wrongSeries(event: KubeObject): readonly FieldError[] {
  const { series } = event;
  if (series === undefined) return [];
  const count = Number(at(series, 'count') ?? 0);
  return [
    ...(count < 2 ? [invalidValue('series.count', '', 'should be at least 2')] : []),
    ...(textOf(at(series, 'lastObservedTime')) === '' ? [required('series.lastObservedTime')] : []),
  ];
}

export const eventStrategy = strategyOf({
  schema: eventSchema,
  namespaced: true,
  name: pathSegmentName,
  validate: (event) => wrongEvent(event, 'reportingComponent'),
});

const fixed = ['involvedObject', 'reason', 'message', 'type', 'related', 'reportingComponent', 'reportingInstance'];

const base = strategyOf({ schema: newEventSchema, namespaced: true, name: dnsSubdomainName });

export const newEventStrategy: Strategy = {
  ...base,
  validateCreate: (event) => {
    const core = toCore(event);
    return [...wrongEvent(core, 'reportingController'), ...base.validateCreate(event), ...wrongNewEvent(core)];
  },
  validateUpdate: (event, old) => {
    const [core, before] = [toCore(event), toCore(old)];
    const changes = (key: string): readonly FieldError[] =>
      sameJson(core[key], before[key]) ? [] : [invalidValue(key, core[key], 'field is immutable')];
    return [
      ...wrongEvent(core, 'reportingController'),
      ...base.validateUpdate(event, old),
      ...(sameJson(core['series'], before['series']) ? [] : wrongSeries(core)),
      ...fixed.flatMap(changes),
      // The real server lists a changed reason twice.
      ...changes('reason'),
      ...['action', 'eventTime'].flatMap(changes),
    ];
  },
};

function wrongNewEvent(core: KubeObject): readonly FieldError[] {
  const type = textOf(core['type']);
  const source = objectOf(core['source']);
  const unset = (key: string, given: boolean): readonly FieldError[] =>
    given ? [invalidValue(key, '', 'needs to be unset')] : [];
  return [
    ...wrongSeries(core),
    ...(textOf(core['eventTime']) === '' ? [required('eventTime')] : []),
    ...(type === 'Normal' || type === 'Warning' ? [] : [invalidValue('type', '', `has invalid value: ${type}`)]),
    ...unset('firstTimestamp', textOf(core['firstTimestamp']) !== ''),
    ...unset('lastTimestamp', textOf(core['lastTimestamp']) !== ''),
    ...unset('count', Number(core['count'] ?? 0) !== 0),
    ...unset(
      'source',
      Object.values(source).some((each) => textOf(each) !== ''),
    ),
  ];
}
