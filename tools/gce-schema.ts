import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Extracts what the Compute mock validates against (methods, messages, enums) from the protos that ship with
 * @google-cloud/compute into mocks/gce-compute/schema.json: 12 MB become some 200 KB, so that the mock starts at once.
 *
 *     node tools/gce-schema.ts        rewrites the file; a test fails when the file and the package differ
 */
const services: readonly string[] = [
  'Addresses',
  'BackendServices',
  'Firewalls',
  'ForwardingRules',
  'GlobalAddresses',
  'GlobalForwardingRules',
  'GlobalOperations',
  'HealthChecks',
  'InstanceGroups',
  'Instances',
  'NetworkEndpointGroups',
  'Networks',
  'Projects',
  'RegionBackendServices',
  'RegionHealthChecks',
  'RegionOperations',
  'Regions',
  'Subnetworks',
  'TargetPools',
  'ZoneOperations',
  'Zones',
];

interface ProtoField {
  readonly type: string;
  readonly rule?: string;
  readonly keyType?: string;
}
interface ProtoType {
  readonly fields?: Readonly<Record<string, ProtoField>>;
  readonly nested?: Readonly<Record<string, { readonly values?: Readonly<Record<string, number>> }>>;
  readonly methods?: Readonly<Record<string, ProtoMethod>>;
}
interface ProtoMethod {
  readonly requestType: string;
  readonly options: Readonly<Record<string, string>>;
}

/** [HTTP method, path below /compute/v1/, body's message or '', query parameters] */
type MethodRow = readonly [string, string, string, readonly string[]];

export interface Schema {
  readonly source: string;
  readonly methods: Readonly<Record<string, MethodRow>>;
  /** A field's code: `[` repeated, `{` map; then s, b, i, u, l, f for a scalar, `e:` an enum, `m:` a message. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

const scalars: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  uint32: 'u',
  int64: 'l',
  uint64: 'l',
  float: 'f',
  double: 'f',
};

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const camelCase = (text: string) => text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function readProtos(): { types: Readonly<Record<string, ProtoType>>; version: string } {
  const require = createRequire(import.meta.url);
  const read = (path: string) => JSON.parse(readFileSync(require.resolve(path), 'utf8'));
  const { version } = read('@google-cloud/compute/package.json');
  const protos = read('@google-cloud/compute/build/protos/protos.json');
  return { types: protos.nested.google.nested.cloud.nested.compute.nested.v1.nested, version };
}

export function extractSchema(): Schema {
  const { types, version } = readProtos();
  const methods: Record<string, MethodRow> = {};
  const messages: Record<string, Record<string, string>> = {};
  const enums: Record<string, readonly string[]> = {};

  const enumOf = (typeName: string, fieldName: string): string | undefined => {
    for (const [name, { values }] of Object.entries(types[typeName]?.nested ?? {})) {
      const bare = name.toLowerCase().replace(/enum$/, '');
      if (values === undefined || bare !== fieldName.toLowerCase()) continue;
      const names = Object.keys(values).filter((value) => !value.startsWith('UNDEFINED_'));
      const same = Object.entries(enums).find(([, known]) => known.join() === names.join())?.[0];
      const key = same ?? `${typeName}.${name}`;
      enums[key] = names;
      return key;
    }
    return undefined;
  };
  const visit = (typeName: string): void => {
    if (messages[typeName] !== undefined) return;
    const fields: Record<string, string> = {};
    messages[typeName] = fields;
    for (const [name, field] of Object.entries(types[typeName]?.fields ?? {})) {
      const shape = field.keyType === undefined ? (field.rule === 'repeated' ? '[' : '') : '{';
      const scalar = scalars[field.type];
      const enumeration = scalar === 's' ? enumOf(typeName, name) : undefined;
      fields[name] = shape + (enumeration === undefined ? (scalar ?? `m:${field.type}`) : `e:${enumeration}`);
      if (scalar === undefined) visit(field.type);
    }
  };

  for (const service of services) {
    for (const [name, method] of Object.entries(types[service]?.methods ?? {})) {
      const verb = ['get', 'post', 'put', 'patch', 'delete'].find((v) => `(google.api.http).${v}` in method.options);
      const path = method.options[`(google.api.http).${verb}`]?.replace('/compute/v1/', '');
      if (verb === undefined || path === undefined) throw new Error(`No HTTP rule for ${service}.${name}`);
      const request = types[method.requestType]?.fields ?? {};
      const body = camelCase(method.options['(google.api.http).body'] ?? '');
      const inPath = new Set([...path.matchAll(/{(\w+)}/g)].map(([, variable]) => camelCase(variable ?? '')));
      const query = Object.keys(request).filter((field) => field !== body && !inPath.has(field));
      const bodyType = request[body]?.type ?? '';
      methods[`${lowerFirst(service)}.${lowerFirst(name)}`] = [verb.toUpperCase(), path, bodyType, query];
      if (bodyType !== '') visit(bodyType);
    }
  }
  return { source: `@google-cloud/compute ${version}`, methods, messages, enums };
}

/** One row a line, so that a new version of the package shows as a readable difference. */
export function renderSchema(schema: Schema): string {
  const rows = (table: Readonly<Record<string, unknown>>) =>
    Object.entries(table)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
      .join(',\n');
  const { source, methods, messages, enums } = schema;
  return `{\n  "source": ${JSON.stringify(source)},\n  "methods": {\n${rows(methods)}\n  },\n  "messages": {\n${rows(messages)}\n  },\n  "enums": {\n${rows(enums)}\n  }\n}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('../mocks/gce-compute/schema.json', import.meta.url), renderSchema(extractSchema()));
}
