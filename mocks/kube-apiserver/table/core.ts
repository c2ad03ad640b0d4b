import { at, isObject, listOf, objectOf, scalarText, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, nameColumn, orNone, table } from './build.ts';

export const namespaceTable = table(
  nameColumn,
  column('Status', 'Whether the namespace is active or being deleted.', (each) => textOf(at(each, 'status', 'phase'))),
  ageColumn,
);

export const configMapTable = table(
  nameColumn,
  column('Data', 'Number of keys.', (each) => keyCount(each, 'data') + keyCount(each, 'binaryData')),
  ageColumn,
);

export const secretTable = table(
  nameColumn,
  column('Type', 'What the secret is for.', (each) => textOf(each['type'])),
  column('Data', 'Number of keys.', (each) => keyCount(each, 'data')),
  ageColumn,
);

export const serviceAccountTable = table(
  nameColumn,
  column('Secrets', 'Number of secrets it may use.', (each) => listOf(each['secrets']).length),
  ageColumn,
);

export const leaseTable = table(
  nameColumn,
  column('Holder', 'Who holds the lease.', (each) => textOf(at(each, 'spec', 'holderIdentity'))),
  ageColumn,
);

export const endpointsTable = table(
  nameColumn,
  column('Endpoints', 'Ready addresses with ports.', endpoints),
  ageColumn,
);

function keyCount(object: KubeObject, key: string): number {
  return Object.keys(objectOf(object[key])).length;
}

const shownEndpoints = 3;

function endpoints(object: KubeObject): string {
  const all = listOf(object['subsets'])
    .filter(isObject)
    .flatMap((subset) => {
      const addresses = listOf(subset['addresses'])
        .filter(isObject)
        .map(({ ip }) => textOf(ip));
      const ports = listOf(subset['ports']).filter(isObject);
      if (ports.length === 0) return addresses;
      return ports.flatMap(({ port }) => addresses.map((address) => hostPort(address, scalarText(port))));
    });
  if (all.length <= shownEndpoints) return orNone(all.join(','));
  return `${all.slice(0, shownEndpoints).join(',')} + ${all.length - shownEndpoints} more...`;
}

function hostPort(address: string, port: string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
