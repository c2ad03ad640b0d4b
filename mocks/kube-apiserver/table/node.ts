import { at, isObject, listOf, objectOf, textOf, type JsonObject } from '../json.ts';
import type { KubeObject } from '../kind.ts';
import { ageColumn, column, nameColumn, orNone, table, wide } from './build.ts';

export const nodeTable = table(
  nameColumn,
  column('Status', 'Whether the node is ready, and whether pods may be scheduled on it.', status),
  column('Roles', 'Roles that its labels give it.', roles),
  ageColumn,
  column('Version', 'Version of its kubelet.', (node) => info(node, 'kubeletVersion')),
  wide('Internal-IP', 'First internal address.', (node) => address(node, 'InternalIP')),
  wide('External-IP', 'First external address.', (node) => address(node, 'ExternalIP')),
  wide('OS-Image', 'Operating system.', (node) => unknown(info(node, 'osImage'))),
  wide('Kernel-Version', 'Kernel and architecture.', kernel),
  wide('Container-Runtime', 'Runtime and version.', (node) => unknown(info(node, 'containerRuntimeVersion'))),
);

function info(node: KubeObject, key: string): string {
  return textOf(at(node, 'status', 'nodeInfo', key));
}

function unknown(text: string): string {
  return text === '' ? '<unknown>' : text;
}

function kernel(node: KubeObject): string {
  const version = info(node, 'kernelVersion');
  const architecture = info(node, 'architecture');
  if (version === '') return '<unknown>';
  return architecture === '' ? version : `${version} (${architecture})`;
}

function items(node: KubeObject, key: string): readonly JsonObject[] {
  return listOf(at(node, 'status', key)).filter(isObject);
}

function status(node: KubeObject): string {
  const ready = items(node, 'conditions').find(({ type }) => type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return at(node, 'spec', 'unschedulable') === true ? `${state},SchedulingDisabled` : state;
}

const rolePrefix = 'node-role.kubernetes.io/';

function roles(node: KubeObject): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(objectOf(node.metadata['labels']))) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) found.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(textOf(value));
  }
  return orNone([...found].toSorted().join(','));
}

function address(node: KubeObject, type: string): string {
  return orNone(textOf(items(node, 'addresses').find((each) => each['type'] === type)?.['address']));
}
