import { isObject, type JsonObject, listOf, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { endpointsSchema } from '../schema/core.ts';
import { specialIp, wrongIp } from '../validation/addresses.ts';
import { invalidEach, required, unsupported } from '../validation/field-error.ts';
import { dnsSubdomainName, wrongDnsLabel, wrongDnsSubdomain, wrongPort } from '../validation/names.ts';
import { protocols } from './service/ports.ts';
import { numberOf } from './service/fields.ts';
import { strategyOf, withField } from './strategy.ts';

export const endpointsStrategy = strategyOf({
  schema: endpointsSchema,
  namespaced: true,
  name: dnsSubdomainName,
  defaults: withProtocols,
  validate: (endpoints) => subsetsOf(endpoints).flatMap((subset, index) => wrongSubset(`subsets[${index}]`, subset)),
});

function subsetsOf(endpoints: KubeObject): readonly JsonObject[] {
  return listOf(endpoints['subsets']).filter(isObject);
}

function withProtocols(endpoints: KubeObject): KubeObject {
  const subsets = subsetsOf(endpoints);
  if (subsets.length === 0) return endpoints;
  const filled = subsets.map((subset) => ({
    ...subset,
    ports: listOf(subset['ports'])
      .filter(isObject)
      .map((port) => ({ ...port, protocol: textOf(port['protocol']) || 'TCP' })),
  }));
  return withField(endpoints, 'subsets', filled);
}

function wrongSubset(field: string, subset: JsonObject): readonly FieldError[] {
  const list = (key: string): readonly JsonObject[] => listOf(subset[key]).filter(isObject);
  const none = list('addresses').length === 0 && list('notReadyAddresses').length === 0;
  const ports = list('ports');
  return [
    ...(none ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...['addresses', 'notReadyAddresses'].flatMap((key) =>
      list(key).flatMap((address, index) => wrongAddress(`${field}.${key}[${index}]`, address)),
    ),
    ...ports.flatMap((port, index) => wrongEndpointPort(`${field}.ports[${index}]`, port, ports.length > 1)),
  ];
}

function wrongAddress(field: string, { ip, hostname, nodeName }: JsonObject): readonly FieldError[] {
  const host = textOf(hostname);
  return [
    ...wrongIp(`${field}.ip`, textOf(ip)),
    ...(host === '' ? [] : invalidEach(`${field}.hostname`, host, wrongDnsLabel(host))),
    ...(nodeName === undefined ? [] : invalidEach(`${field}.nodeName`, nodeName, wrongDnsSubdomain(textOf(nodeName)))),
    ...specialIp(`${field}.ip`, textOf(ip)),
  ];
}

function wrongEndpointPort(field: string, port: JsonObject, named: boolean): readonly FieldError[] {
  const name = textOf(port['name']);
  const number = numberOf(port['port']);
  const protocol = port['protocol'];
  return [
    ...(named && name === '' ? [required(`${field}.name`)] : []),
    ...(name === '' ? [] : invalidEach(`${field}.name`, name, wrongDnsLabel(name))),
    ...invalidEach(`${field}.port`, number, wrongPort(number)),
    ...(protocols.includes(textOf(protocol)) ? [] : [unsupported(`${field}.protocol`, protocol, protocols)]),
  ];
}
