import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { collections, verbs } from '../providers/gce/compute/calls.ts';

/**
 * Extracts from the protos that ship with @google-cloud/compute what the official client needs for the calls of the
 * adapter: 12 MB, which cost a process 110 MB of memory and two seconds, become some 200 KB (docs/adr/0007-gce-client.md).
 *
 *     node tools/gce-client-schema.ts        rewrites the file; a test fails when the file and the package differ
 */
interface Field {
  readonly type: string;
}
interface Message {
  readonly fields?: Readonly<Record<string, Field>>;
  readonly nested?: Readonly<Record<string, Message>>;
}
interface Service {
  readonly options: unknown;
  readonly methods: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>;
}
type Entry = Message | Service;
type Entries = Readonly<Record<string, Entry | undefined>>;

export interface ClientSchema {
  readonly options?: unknown;
  readonly nested: Readonly<Record<string, unknown>>;
}

interface Packed {
  readonly options?: unknown;
  readonly nested: {
    readonly google: {
      readonly nested: {
        readonly cloud: { readonly nested: { readonly compute: { readonly nested: { readonly v1: Version } } } };
        readonly protobuf: { readonly nested: Entries };
      };
    };
  };
}
interface Version {
  readonly options?: unknown;
  readonly nested: Entries;
}

export function extractClientSchema(): ClientSchema {
  const file = createRequire(import.meta.url).resolve('@google-cloud/compute/build/protos/protos.json');
  const { options, nested } = JSON.parse(readFileSync(file, 'utf8')) as Packed;
  const { cloud, protobuf } = nested.google.nested;
  const version = cloud.nested.compute.nested.v1;
  const kept = new Map<string, Entry>();

  const keep = (type: string): void => {
    const name = type.replace(/^\.?google\.cloud\.compute\.v1\./, '').split('.')[0] ?? '';
    const message = version.nested[name];
    if (!message || kept.has(name)) return;
    kept.set(name, message);
    follow(message as Message);
  };
  const follow = (message: Message): void => {
    for (const { type } of Object.values(message.fields ?? {})) keep(type);
    for (const inner of Object.values(message.nested ?? {})) follow(inner);
  };

  const called = new Set(Object.keys(verbs).map(upperFirst));
  for (const { client } of Object.values(collections)) {
    const name = client.replace(/Client$/, '');
    const service = version.nested[name] as Service;
    // What spans zones and regions goes around the client, and would bring every kind of resource with it.
    const methods = Object.entries(service.methods).filter(([each]) => called.has(each) && each !== 'AggregatedList');
    kept.set(name, { options: service.options, methods: Object.fromEntries(methods) });
    for (const [, { requestType, responseType }] of methods) [requestType, responseType].forEach(keep);
  }
  const v1 = {
    options: version.options,
    nested: Object.fromEntries([...kept].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  const google = {
    cloud: { nested: { compute: { nested: { v1 } } } },
    protobuf: { nested: { Any: protobuf.nested['Any'] } },
  };
  return { options, nested: { google: { nested: google } } };
}

const upperFirst = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** One message or service a line, so that a new version of the package shows as a readable difference. */
export const renderClientSchema = (schema: ClientSchema): string =>
  `${JSON.stringify(schema, (key, value: unknown) => (key === 'comment' ? undefined : value)).replaceAll(/("[A-Z]\w+":\{"(?:fields|oneofs|options|values|nested)":)/g, '\n$1')}\n`;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = new URL('../providers/gce/compute/client-schema.json', import.meta.url);
  writeFileSync(file, renderClientSchema(extractClientSchema()));
}
