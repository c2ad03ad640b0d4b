import { asPorticoError } from '../../src/errors.ts';
import type { Notice } from '../../src/provider.ts';
import type { Cloud } from './cloud.ts';
import type { ApiCall, Body } from './compute/calls.ts';
import { texts } from './compute/fields.ts';
import { addressing } from './inventory.ts';
import { machinePath, partsOf, providerIdOf, type ResourcePath, urlOf } from './paths.ts';

export type GroupKind = 'instance-group' | 'endpoint-group';

interface Group {
  readonly kind: GroupKind;
  readonly path: ResourcePath;
}

/** How many machines one call takes. https://cloud.google.com/compute/quotas */
const perCall: Readonly<Record<GroupKind, number>> = { 'instance-group': 1000, 'endpoint-group': 500 };

/** Brings the members of a group to `wanted`, first in, then out, so that it is not emptied on the way. */
export async function changeMembers(
  cloud: Cloud,
  group: Group,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const present = membersIn(cloud, group);
  forgetUnwanted(cloud, group, wanted);
  const notices = await addMembers(cloud, group, wanted, signal);
  const leaving = present.filter((name) => !wanted.includes(name));
  for (const names of chunks(leaving, perCall[group.kind])) {
    try {
      await cloud.compute.change(memberCall(group, 'out', names), signal);
    } catch (thrown) {
      // Machines leave their groups when they are deleted; what is left is read again.
      if (!refusesMachine(thrown)) throw thrown;
      for (const name of names) await removeOne(cloud, group, name, signal);
    }
    keep(
      cloud,
      group,
      membersIn(cloud, group).filter((name) => !names.includes(name)),
    );
  }
  return notices;
}

/**
 * Adds who is missing. A machine that does not exist is skipped and told; the others go on. One that was refused is looked
 * for before it is asked for again: looking costs no operation, and a node without a machine may stay so for days.
 */
export async function addMembers(
  cloud: Cloud,
  group: Group,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const present = new Set(membersIn(cloud, group));
  const { goneMachines } = cloud;
  const missing = wanted.filter((name) => !present.has(name) && !goneMachines.waits(machineIn(group, name)));
  const before = missing.filter((name) => goneMachines.has(machineIn(group, name)));
  const out: Map<string, string> = new Map(
    (await machinesGone(cloud, group, before, signal)).map((name) => [name, noMachine]),
  );
  const there = missing.filter((name) => !out.has(name));
  for (const names of chunks(there, perCall[group.kind])) {
    const refused = await addThose(cloud, group, names, signal);
    for (const [name, why] of refused) out.set(name, why);
    const added = names.filter((name) => !refused.has(name));
    for (const name of added) goneMachines.forget(machineIn(group, name));
    keep(cloud, group, [...membersIn(cloud, group), ...added]);
  }
  const news = [...out].filter(([name]) => goneMachines.refused(machineIn(group, name)));
  return [...Map.groupBy(news, ([, why]) => why)].map(([why, those]) =>
    skipped(
      group,
      those.map(([name]) => name),
      why,
    ),
  );
}

/** Those that could not join, and why. A call is all or nothing and does not say who is in its way. */
async function addThose(
  cloud: Cloud,
  group: Group,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const [first = ''] = names;
  const together = await refusalOf(cloud, group, names, signal);
  if (together === undefined) return new Map();
  if (names.length === 1) return new Map([[first, together]]);
  const refused: Map<string, string> = new Map(
    (await machinesGone(cloud, group, names, signal)).map((name) => [name, noMachine]),
  );
  const there = names.filter((name) => !refused.has(name));
  if (there.length === 0) return refused;
  if (refused.size > 0 && (await refusalOf(cloud, group, there, signal)) === undefined) return refused;
  for (const name of there) {
    const why = await refusalOf(cloud, group, [name], signal);
    if (why !== undefined) refused.set(name, why);
  }
  return refused;
}

const noMachine = 'no such machine';

/** Which of them do not exist. Where machines may not be read, all are taken to be there. */
async function machinesGone(
  { compute }: Cloud,
  group: Group,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) =>
      compute
        .get({ collection: 'instances', ...addressing(machineIn(group, name)) }, signal)
        .catch((thrown: unknown) => {
          const { code } = asPorticoError(thrown);
          if (code === 'invalid') return undefined;
          if (code === 'denied') return {};
          throw thrown;
        }),
    ),
  );
  return names.filter((_name, index) => found[index] === undefined);
}

/** A machine that is not there is refused with 404 or 400, depending on how the group is asked. */
const refusesMachine = (thrown: unknown): boolean => ['not-found', 'invalid'].includes(asPorticoError(thrown).code);

/** Why they could not join together, or undefined when they did; one that has joined already keeps no other out. */
async function refusalOf(
  cloud: Cloud,
  group: Group,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await cloud.compute.change(memberCall(group, 'in', names), signal);
    return undefined;
  } catch (thrown) {
    const { code, message } = asPorticoError(thrown);
    if (code === 'exists') return names.length === 1 ? undefined : message;
    if (!refusesMachine(thrown)) throw thrown;
    return code === 'not-found' ? noMachine : message;
  }
}

async function removeOne(cloud: Cloud, group: Group, name: string, signal: AbortSignal): Promise<void> {
  try {
    await cloud.compute.change(memberCall(group, 'out', [name]), signal);
  } catch (thrown) {
    if (!refusesMachine(thrown)) throw thrown;
  }
}

/** A machine that an instance group is no longer to have is forgotten; endpoint groups of a zone want different ones. */
function forgetUnwanted({ goneMachines }: Cloud, group: Group, wanted: readonly string[]): void {
  if (group.kind !== 'instance-group') return;
  const still = new Set(wanted.map((name) => machineIn(group, name)));
  const zone = machineIn(group, '');
  for (const path of goneMachines.keys()) if (path.startsWith(zone) && !still.has(path)) goneMachines.forget(path);
}

function memberCall(group: Group, way: 'in' | 'out', names: readonly string[]): ApiCall {
  const instances = names.map((name) => urlOf(machineIn(group, name)));
  const where = addressing(group.path);
  if (group.kind === 'instance-group') {
    const body: Body = { instances: instances.map((instance) => ({ instance })) };
    return { collection: 'instanceGroups', verb: way === 'in' ? 'addInstances' : 'removeInstances', ...where, body };
  }
  const body: Body = { networkEndpoints: instances.map((instance) => ({ instance })) };
  const verb = way === 'in' ? 'attachNetworkEndpoints' : 'detachNetworkEndpoints';
  return { collection: 'networkEndpointGroups', verb, ...where, body };
}

function machineIn({ path }: Group, name: string): ResourcePath {
  const { project, location } = partsOf(path);
  return machinePath({ project, zone: location ?? '', name });
}

const membersIn = (cloud: Cloud, { path }: Group): readonly string[] =>
  texts(cloud.known.at(path)?.body ?? {}, 'members');

function keep(cloud: Cloud, { path }: Group, members: readonly string[]): void {
  const held = cloud.known.at(path);
  if (held) cloud.known.set(path, { ...held, body: { ...held.body, members } });
}

const skipped = (group: Group, names: readonly string[], why: string): Notice => ({
  reason: 'NodeWithoutMachine',
  message: `${list(names)} of ${partsOf(group.path).location ?? ''} could not join the load balancers: ${why.replace(/\.$/, '')}. Others did. It is tried again.`,
  nodes: names.map((name) => providerIdOf(machineIn(group, name))),
});

const list = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
