import { at, isObject, type JsonObject, listOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject, Strategy } from '../kind.ts';
import { endpointSliceSchema } from '../schema/discovery.ts';
import { isV6, specialIp, wrongIp } from '../validation/addresses.ts';
import { duplicate, invalidEach, invalidValue, required, tooMany, unsupported } from '../validation/field-error.ts';
import { dnsSubdomainName, wrongDnsLabel, wrongDnsSubdomain, wrongQualifiedName } from '../validation/names.ts';
import { protocols } from './service/ports.ts';
import { strategyOf, withField } from './strategy.ts';

const most = { endpoints: 1000, ports: 100, addresses: 100, hints: 8 } as const;
const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

const base = strategyOf({
  schema: endpointSliceSchema,
  namespaced: true,
  name: dnsSubdomainName,
  generation: true,
  raisesGeneration: ['labels'],
  defaults: withPorts,
  prepareCreate: withoutEmptyLists,
  prepareUpdate: withoutEmptyLists,
  validate: wrongPorts,
  validateChange: (slice, old) => [
    ...(slice['addressType'] === old['addressType']
      ? []
      : [invalidValue('addressType', slice['addressType'], 'field is immutable')]),
    ...(sameJson(slice['endpoints'], old['endpoints']) ? [] : wrongEndpoints(slice)),
  ],
});

/** A new slice is judged whole; of a changed one, what did not change is left in peace. */
export const endpointSliceStrategy: Strategy = {
  ...base,
  validateCreate: (slice) => {
    const type = textOf(slice['addressType']);
    const ports = wrongPorts(slice);
    const shared = base.validateCreate(slice);
    return [
      ...shared.slice(0, shared.length - ports.length),
      ...(type === ''
        ? [required('addressType')]
        : addressTypes.includes(type)
          ? []
          : [unsupported('addressType', type, addressTypes)]),
      ...wrongEndpoints(slice),
      ...ports,
    ];
  },
};

/** The store knows no empty lists: they are null. */
function withoutEmptyLists(slice: KubeObject): KubeObject {
  const empty = ['endpoints', 'ports'].filter((key) => listOf(slice[key]).length === 0);
  return empty.reduce((rest, key) => withField(rest, key, undefined), slice);
}

function withPorts(slice: KubeObject): KubeObject {
  const ports = listOf(slice['ports']).filter(isObject);
  if (ports.length === 0) return slice;
  return withField(
    slice,
    'ports',
    ports.map((port) => ({ ...port, name: port['name'] ?? '', protocol: port['protocol'] ?? 'TCP' })),
  );
}

function wrongEndpoints(slice: KubeObject): readonly FieldError[] {
  const type = textOf(slice['addressType']);
  const endpoints = listOf(slice['endpoints']).filter(isObject);
  if (endpoints.length > most.endpoints) return [tooMany('endpoints', endpoints.length, most.endpoints)];
  return endpoints.flatMap((endpoint, index) => wrongEndpoint(`endpoints[${index}]`, endpoint, type));
}

function wrongEndpoint(field: string, endpoint: JsonObject, type: string): readonly FieldError[] {
  const addresses = listOf(endpoint['addresses']).map(textOf);
  const { nodeName, hostname } = endpoint;
  return [
    ...(addresses.length === 0 ? [required(`${field}.addresses`, 'must contain at least 1 address')] : []),
    ...(addresses.length > most.addresses ? [tooMany(`${field}.addresses`, addresses.length, most.addresses)] : []),
    ...addresses.flatMap((address, index) => wrongAddress(`${field}.addresses`, index, address, type)),
    ...(nodeName === undefined ? [] : invalidEach(`${field}.nodeName`, nodeName, wrongDnsSubdomain(textOf(nodeName)))),
    ...(hostname === undefined ? [] : invalidEach(`${field}.hostname`, hostname, wrongDnsLabel(textOf(hostname)))),
    ...wrongHints(`${field}.hints.forZones`, endpoint),
  ];
}

function wrongAddress(field: string, index: number, address: string, type: string): readonly FieldError[] {
  const item = `${field}[${index}]`;
  if (type === 'FQDN') return wrongDomain(item, address);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const malformed = wrongIp(item, address);
  if (malformed.length > 0) return malformed;
  if (isV6(address) !== (type === 'IPv6')) return [invalidValue(field, address, `must be an ${type} address`)];
  return specialIp(item, address);
}

/** A fully qualified domain name, with or without the dot at its end. */
function wrongDomain(field: string, name: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  const domain = name.replace(/\.$/, '');
  const wrong = wrongDnsSubdomain(domain);
  if (wrong.length > 0) return [invalidValue(field, domain, wrong.join(','))];
  const short = 'should be a domain with at least two segments separated by dots';
  return domain.includes('.') ? [] : [invalidValue(field, domain, short)];
}

function wrongHints(field: string, endpoint: JsonObject): readonly FieldError[] {
  const names = listOf(at(endpoint, 'hints', 'forZones')).map((zone) => textOf(at(zone, 'name')));
  if (names.length > most.hints) return [tooMany(field, names.length, most.hints)];
  return names.flatMap((name, index) => [
    ...(names.indexOf(name) < index ? [duplicate(`${field}[${index}].name`, name)] : []),
    ...(name === '' ? [required(`${field}[${index}].name`)] : []),
  ]);
}

function wrongPorts(slice: KubeObject): readonly FieldError[] {
  const ports = listOf(slice['ports']).filter(isObject);
  if (ports.length > most.ports) return [tooMany('ports', ports.length, most.ports)];
  const names = ports.map((port) => textOf(port['name']));
  return ports.flatMap(({ protocol, appProtocol }, index) => {
    const name = names[index] ?? '';
    const field = `ports[${index}]`;
    return [
      ...(name === '' ? [] : invalidEach(`${field}.name`, name, wrongDnsLabel(name))),
      ...(names.indexOf(name) < index ? [duplicate(`${field}.name`, name)] : []),
      ...(protocols.includes(textOf(protocol)) ? [] : [unsupported(`${field}.protocol`, protocol, protocols)]),
      ...(appProtocol === undefined
        ? []
        : invalidEach(`${field}.appProtocol`, appProtocol, wrongQualifiedName(textOf(appProtocol)))),
    ];
  });
}
