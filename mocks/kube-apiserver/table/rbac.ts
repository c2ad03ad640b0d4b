import { isObject, listOf, objectOf, textOf } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, nameColumn, table, wide } from './build.ts';

export const roleTable = table(
  nameColumn,
  column('Created At', 'When it was created.', (each) => textOf(each.metadata['creationTimestamp']), 'date'),
);

function subjects(binding: KubeObject, kind: string): string {
  return listOf(binding['subjects'])
    .filter(isObject)
    .filter((each) => each['kind'] === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${textOf(namespace)}/${textOf(name)}` : textOf(name)))
    .join(', ');
}

export const bindingTable = table(
  nameColumn,
  column('Role', 'What is granted.', (each) => {
    const { kind, name } = objectOf(each['roleRef']);
    return `${textOf(kind)}/${textOf(name)}`;
  }),
  ageColumn,
  wide('Users', 'Users it is granted to.', (each) => subjects(each, 'User')),
  wide('Groups', 'Groups it is granted to.', (each) => subjects(each, 'Group')),
  wide('ServiceAccounts', 'Service accounts it is granted to.', (each) => subjects(each, 'ServiceAccount')),
);
