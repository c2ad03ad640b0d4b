import { isDeepStrictEqual } from 'node:util';
import type { Binding, Pool } from './binding.ts';

interface Place {
  readonly binding: Binding;
  /** Path of keys, for the report. */
  readonly path: readonly string[];
  /** Nothing was kept, so that what the server chose holds for nothing later. */
  readonly dryRun: boolean;
  /** The body is a list, a Table or a bookmark: its own resourceVersion is of no object. */
  readonly collective: boolean;
  /** The request's generateName: what follows it in a refusal is of chance. */
  readonly generated?: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pools: Readonly<Record<string, Pool>> = {
  uid: 'uid',
  clusterIP: 'address',
  clusterIPs: 'address',
  nodePort: 'port',
  healthCheckNodePort: 'port',
};
const times: readonly string[] = ['creationTimestamp', 'deletionTimestamp', 'time', 'lastTransitionTime', 'renewTime'];
const hashes: readonly string[] = [
  'serverRelativeURL',
  'serverAddress',
  'gitCommit',
  'buildDate',
  'kubernetes.io/peer-advertise-address',
];
/** Lists that come in any order: the server takes bindings from a Go map. */
const unordered: readonly string[] = ['resourceRules', 'nonResourceRules'];
const byText = (list: readonly unknown[]): readonly unknown[] =>
  list
    .map((each) => JSON.stringify(each))
    .toSorted()
    .map((text): unknown => JSON.parse(text));
const ownLease = /^apiserver-[a-z2-7]{26}/;
const age = /^(<unknown>|(\d+[smhdy])+)( \(x\d+ over .*\))?$/;

/** How an answer differs from the recorded one, one text per place; binds what the server chose on the way. */
export function differences(recorded: unknown, given: unknown, place: Place): string[] {
  const { path } = place;
  const key = path.at(-1) ?? '';
  if (Array.isArray(recorded) && Array.isArray(given)) {
    if (key === 'paths') return differences(servedPaths(recorded, given).join(), given.join(), place);
    const length = recorded.length === given.length ? [] : [`${path.join('.')}: ${given.length} of ${recorded.length}`];
    const [expected, answered] = unordered.includes(key) ? [byText(recorded), byText(given)] : [recorded, given];
    // Elements carry the key of their list.
    const shared: readonly unknown[] = expected.slice(0, given.length);
    const sorted = key === 'items' ? inRecordedOrder(recorded, given, place.binding) : answered;
    return [...length, ...shared.flatMap((each, at) => differences(each, sorted[at], place))];
  }
  // Of long documents the recording keeps only what they are about.
  if (isFields(recorded) && '$digest' in recorded) return given === null ? [`${path.join('.')}: nothing`] : [];
  if (isFields(recorded) && isFields(given)) {
    const expected = renamed(servedOnly(recorded, given, key), place);
    bindGenerated(recorded, given, place);
    // Cells of a row repeat the name of the object that comes after them.
    bindGenerated(metadataOf(recorded['object']), metadataOf(given['object']), place);
    const found = [...new Set([...Object.keys(expected), ...Object.keys(given)])].flatMap((field) =>
      differences(expected[field], given[field], { ...place, path: [...path, field] }),
    );
    return found.length > 0 || path.at(-1) === 'paths' ? found : wrongOrder(expected, given, path);
  }
  return sameValue(recorded, given, key, place) ? [] : [`${path.join('.')}: ${show(given)} for ${show(recorded)}`];
}

/** Generated names, and so the order of items by name, are chance: items whose names are bound come as recorded. */
function inRecordedOrder(
  recorded: readonly unknown[],
  given: readonly unknown[],
  binding: Binding,
): readonly unknown[] {
  const names = recorded.map(entryName).map((name) => binding.value('name', String(name)) ?? name);
  const byName = new Map(given.map((item) => [entryName(item), item]));
  return names.every((name) => byName.has(name)) ? names.map((name) => byName.get(name)) : given;
}

/** Clients show keys in the order in which they come. */
function wrongOrder(recorded: Fields, given: Fields, path: readonly string[]): string[] {
  const keysOf = (fields: Fields): string =>
    Object.keys(fields)
      .filter((key) => fields[key] !== undefined)
      .join();
  const [old, now] = [keysOf(recorded), keysOf(given)];
  return old === now ? [] : [`${path.join('.')}: order ${now} for ${old}`];
}

/** The last part of an Event's name is the time in nanoseconds. */
const eventName = /\.[0-9a-f]{16}$/;

function bindGenerated(recorded: Fields, given: Fields, place: Place): void {
  const [name, other] = [recorded['name'], given['name']];
  const stamped = typeof name === 'string' && eventName.test(name) && eventName.test(plainOf(other));
  if (typeof recorded['generateName'] === 'string' || stamped) bindValue('name', name, other, place);
}

const metadataOf = (object: unknown): Fields =>
  isFields(object) && isFields(object['metadata']) ? object['metadata'] : {};

/** Keys of fieldsV1 name list elements by their uid or port. */
function renamed(fields: Fields, { binding }: Place): Fields {
  if (!Object.keys(fields).some((field) => field.startsWith('k:'))) return fields;
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [binding.translate(field), value]));
}

/** Lists in which discovery tells what there is. */
const catalogues: readonly string[] = ['items', 'resources', 'groups', 'subresources'];

/** Paths of `/` that the mock has no part in: metrics and flags. */
const elsewhere = /^\/(metrics|flagz|statusz)/;

function servedPaths(recorded: readonly unknown[], given: readonly unknown[]): unknown[] {
  return recorded.filter((path) => given.includes(path) || !elsewhere.test(String(path)));
}

/** What discovery told, without the groups and resources that the mock does not have. */
function servedOnly(recorded: Fields, given: Fields, key: string): Fields {
  if (key === 'paths') return Object.fromEntries(Object.entries(recorded).filter(([path]) => path in given));
  const reduced = { ...recorded };
  for (const field of catalogues) {
    const [all, served] = [recorded[field], given[field]];
    if (!Array.isArray(all) || !isCatalogue(recorded)) continue;
    const names = new Set(Array.isArray(served) ? served.map(entryName) : []);
    reduced[field] = served === undefined ? undefined : all.filter((entry) => names.has(entryName(entry)));
  }
  return reduced;
}

const isCatalogue = (fields: Fields): boolean =>
  ['APIGroupDiscoveryList', 'APIGroupList', 'APIResourceList'].includes(String(fields['kind'])) ||
  'freshness' in fields ||
  'singularResource' in fields;

function entryName(entry: unknown): unknown {
  if (!isFields(entry)) return undefined;
  const { metadata } = entry;
  return entry['resource'] ?? entry['subresource'] ?? entry['name'] ?? (isFields(metadata) ? metadata['name'] : '');
}

/** A text as it is; what is none, as JSON. */
const plainOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));

function sameValue(recorded: unknown, given: unknown, key: string, place: Place): boolean {
  if (recorded === undefined || given === undefined) return recorded === given;
  const { binding, path } = place;
  if (key === 'resourceVersion') return sameRevision(recorded, given, place);
  const pool = pools[key];
  if (pool !== undefined && chosen(recorded) && chosen(given)) return bindValue(pool, recorded, given, place);
  // The mock has its own words for what columns mean.
  if (key === 'description' && path.includes('columnDefinitions')) return true;
  const text = typeof recorded === 'string' && typeof given === 'string';
  if (text && times.includes(key)) binding.bind('time', recorded, given);
  if (text && times.includes(key)) return isTime(recorded) === isTime(given);
  if (text && key === 'continue') return binding.bind('token', recorded, given) || true;
  // The API server's own lease.
  if (text && ownLease.test(recorded) && ownLease.test(given)) return true;
  if (text && hashes.includes(key)) return binding.bind('token', recorded, given) || true;
  if (text && path.at(-1) === 'cells' && age.test(recorded)) return age.test(given);
  // The port on which the API server listens.
  if (key === 'targetPort' && path.includes('spec') && Number(recorded) > 6000 && Number(given) === 6443) return true;
  if (!text) return isDeepStrictEqual(recorded, given);
  if (recorded === given || binding.translate(recorded) === given) return true;
  if (path.at(-1) === 'cells') return samePorts(recorded, given, place);
  const named = (message: string): string => withoutSuffix(plain(message), place.generated);
  return named(recorded) === named(given);
}

/** A text without the five letters that follow a generateName. */
function withoutSuffix(text: string, generateName: string | undefined): string {
  if (generateName === undefined) return text;
  const [start = '', ...rest] = text.split(generateName);
  return [start, ...rest.map((part) => part.slice(5))].join(generateName);
}

const nodePort = /(?<=\d:)3\d{4}(?=\/)/g;

/** Cells with node ports, which are told nowhere else in a Table. */
function samePorts(recorded: string, given: string, place: Place): boolean {
  const [old = [], now = []] = [recorded, given].map((cell) => cell.match(nodePort) ?? []);
  const same = plain(recorded.replaceAll(nodePort, 'N')) === plain(given.replaceAll(nodePort, 'N'));
  return same && old.every((port, at) => bindValue('port', port, now[at], place));
}

/** A text without what the server chose: the object in a refused patch, an address that was tried. */
function plain(text: string): string {
  return text
    .replaceAll(/resource version: \d+(, current: \d+| \(\d+\))?/g, 'resource version')
    .replaceAll(/\b10\.96\.\d+\.\d+/g, 'ADDRESS')
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UID')
    .replaceAll(/(resourceVersion\W+)\d+/g, '$1N')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');
}

const chosen = (value: unknown): boolean => value !== '' && value !== 'None' && value !== null;
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));

function bindValue(pool: Pool, recorded: unknown, given: unknown, { binding, dryRun }: Place): boolean {
  if (recorded === undefined || given === undefined) return recorded === given;
  return dryRun || binding.bind(pool, plainOf(recorded), plainOf(given));
}

/** Of an object it stays while the object does; a list's or a bookmark's tells of other objects too. */
function sameRevision(recorded: unknown, given: unknown, { binding, path, dryRun, collective }: Place): boolean {
  if (typeof recorded !== 'string' || typeof given !== 'string') return recorded === given;
  if (dryRun) return true;
  if (collective && (path.length === 2 || path[0] === 'rows')) {
    binding.bindLoosely(recorded, given);
    return true;
  }
  return binding.bind('revision', recorded, given);
}
