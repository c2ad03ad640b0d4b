import { isObject, listOf, scalarText, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, nameColumn, table } from './build.ts';

export const endpointSliceTable = table(
  nameColumn,
  column('AddressType', 'Kind of the addresses.', (slice) => textOf(slice['addressType'])),
  column('Ports', 'Ports of every endpoint.', ports),
  column('Endpoints', 'Addresses of the endpoints.', (slice) => shortened(addresses(slice))),
  ageColumn,
);

const shownItems = 3;

function shortened(all: readonly string[]): string {
  if (all.length === 0) return '<unset>';
  if (all.length <= shownItems) return all.join(',');
  return `${all.slice(0, shownItems).join(',')} + ${all.length - shownItems} more...`;
}

function ports(slice: KubeObject): string {
  const all = listOf(slice['ports']).filter(isObject);
  return shortened(
    all.map(({ port, name, protocol }) => {
      if (port !== undefined && port !== null) return scalarText(port);
      return textOf(name) || textOf(protocol) || '*';
    }),
  );
}

function addresses(slice: KubeObject): readonly string[] {
  return listOf(slice['endpoints'])
    .filter(isObject)
    .flatMap((endpoint) => listOf(endpoint['addresses']).map(textOf));
}
