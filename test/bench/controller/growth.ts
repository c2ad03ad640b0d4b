import { setTimeout as sleep } from 'node:timers/promises';
import { machine, nodeOf, serviceOf, statusOf } from './objects.ts';
import type { Controller } from './processes.ts';
import { type Row, row } from './row.ts';
import { nodes, openWorld, services, type World } from './world.ts';

/** What a cluster of this size costs. */
export interface Size {
  readonly services: number;
  readonly nodes: number;
  /** To make what was not there before, for each Service. */
  readonly createCpuMs: number;
  readonly restartCpuMs: number;
  readonly restartReads: number;
  readonly restartMs: number;
  readonly sweepCpuMs: number;
  readonly sweepReads: number;
  /** From the write of a change to the first call to the cloud. */
  readonly reactionMs: number;
  /** After a restart, when all is quiet. */
  readonly rssMiB: number;
}

const unlimited = ['--gce-writes-per-second', '10000', '--gce-reads-per-second', '10000'];
/** Long enough that only the sweep that is measured falls into a measurement. */
const sweepSeconds = 45;

export interface Growth {
  readonly sizes: readonly Size[];
  readonly rows: readonly Row[];
}

/** One cluster that grows, and what happens in it at each size; operations take no time, and no quota is in the way. */
export async function growth(
  steps: readonly { readonly services: number; readonly nodes: number }[],
  progress: (what: string) => void,
): Promise<Growth> {
  const world = await openWorld({ operationLatencyMs: 0 });
  const sizes: Size[] = [];
  const rows: Row[] = [];
  try {
    let before = { services: 0, nodes: 0 };
    for (const step of steps) {
      progress(`${step.services} Services, ${step.nodes} nodes`);
      const size = await grow(world, before, step);
      sizes.push(size);
      rows.push(...promised(size));
      before = step;
      if (step.services === 1000) rows.push(...(await atThousand(world, step.nodes, progress)));
    }
  } finally {
    await world.close();
  }
  return { sizes, rows };
}

/** What is promised of clusters of this size; megabytes of 10^6 bytes. */
function promised(size: Size): readonly Row[] {
  const cluster = `${size.services} Services, ${size.nodes} nodes`;
  const megabytes = Math.round((size.rssMiB * 2 ** 20) / 1e6);
  const most = size.services <= 10 ? 150 : size.services <= 1000 ? 200 : 350;
  return [
    row(
      `${cluster}: restart`,
      `0 mutations, ${size.restartReads} reads, quiet after ${(size.restartMs / 1000).toFixed(1)} s`,
      size.services === 1000 ? '0 mutations, < 5 s' : '',
      size.services === 1000 ? size.restartMs < 5000 : undefined,
      size.services === 1000 ? '2,000 mutations, 13,056 reads, 401 s' : '',
    ),
    row(
      `${cluster}: memory after it`,
      `${megabytes} MB`,
      `< ${most} MB`,
      megabytes < most,
      size.services === 1000 ? '138 to 188 MB' : '',
    ),
    row(
      `${cluster}: drift sweep`,
      `${size.sweepReads} reads, ${(size.sweepCpuMs / 1000).toFixed(1)} s of CPU`,
      size.services === 10_000 ? '< 2 s of CPU' : '',
      size.services === 10_000 ? size.sweepCpuMs < 2000 : undefined,
    ),
    row(
      `${cluster}: one Service changes`,
      `${Math.round(size.reactionMs)} ms to the first call`,
      '< 50 ms',
      size.reactionMs < 50,
    ),
  ];
}

async function addNodes(world: World, from: number, to: number): Promise<void> {
  const machines = Array.from({ length: to - from }, (_, at) => machine(from + at));
  await world.addMachines(machines);
  await world.writeAll(machines.length, (at) => world.write('POST', nodes, nodeOf(machines[at] ?? machine(0))));
}

async function grow(
  world: World,
  before: { readonly services: number; readonly nodes: number },
  { services: count, nodes: nodeCount }: { readonly services: number; readonly nodes: number },
): Promise<Size> {
  await addNodes(world, before.nodes, nodeCount);
  const maker = await world.controller(...unlimited);
  await world.quiet();
  const { cpuMs: idle } = await maker.usage();
  await world.writeAll(count - before.services, (at) =>
    world.write('POST', services, serviceOf(`service-${before.services + at}`)),
  );
  await world.addresses(count);
  const created = await maker.usage();
  await maker.stop();

  await world.recount();
  const began = performance.now();
  const controller = await world.controller(...unlimited, '--sweep-seconds', String(sweepSeconds));
  const calls = await world.quiet();
  const restarted = await controller.usage();
  if (calls.mutations > 0) throw new Error(`a restart made ${calls.mutations} mutations`);
  const reactionMs = await reaction(world);
  await world.quiet();
  const sweep = await swept(world, controller, began);
  await controller.stop();
  return {
    services: count,
    nodes: nodeCount,
    createCpuMs: (created.cpuMs - idle) / (count - before.services),
    restartCpuMs: restarted.cpuMs,
    restartReads: calls.reads,
    restartMs: calls.lastAt - began,
    ...sweep,
    reactionMs,
    rssMiB: restarted.rssMiB,
  };
}

async function reaction(world: World): Promise<number> {
  await world.recount();
  const patch = { spec: { loadBalancerSourceRanges: [`192.0.2.${Math.floor(performance.now()) % 250}/32`] } };
  const began = performance.timeOrigin + performance.now();
  await world.write('PATCH', `${services}/service-3`, patch);
  await world.quiet();
  const [first] = await world.log();
  return first ? first.at - began : Number.NaN;
}

/** Waits for the next sweep; a tenth earlier or later than asked for. */
async function swept(
  world: World,
  controller: Controller,
  began: number,
): Promise<Pick<Size, 'sweepCpuMs' | 'sweepReads'>> {
  const soonest = began + sweepSeconds * 900;
  await world.recount();
  const before = await controller.usage();
  if (performance.now() > soonest) throw new Error('the sweep came before it could be measured');
  while ((await world.calls()).reads === 0) await sleep(50);
  const { reads, mutations, byMethod } = await world.quiet();
  if (mutations > 0) throw new Error(`a sweep made ${mutations} mutations: ${JSON.stringify(byMethod)}`);
  return { sweepReads: reads, sweepCpuMs: (await controller.usage()).cpuMs - before.cpuMs };
}

/** Nodes that come, go and report, while a thousand Services stand. */
async function atThousand(world: World, count: number, progress: (what: string) => void): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const controller = await world.controller();
  await world.quiet();
  const during = async (act: () => Promise<unknown>) => {
    await world.recount();
    await act();
    await sleep(1000);
    return world.quiet();
  };
  const joined = await during(() => addNodes(world, count, count + 1));
  const joinedFigures = `${joined.mutations} mutations, ${joined.reads} reads`;
  rows.push(
    row(
      'a node joins 1,000 Services',
      joinedFigures,
      '≤ 2 mutations',
      joined.mutations <= 2,
      '1,000 mutations, 5,000 reads',
    ),
  );
  const left = await during(() => world.write('DELETE', `${nodes}/${machine(count).name}`));
  rows.push(
    row(
      'a node leaves',
      `${left.mutations} mutations, ${left.reads} reads`,
      '≤ 2 mutations',
      left.mutations <= 2,
      '1,000 mutations, 5,000 reads',
    ),
  );
  progress('1,000 nodes join');
  const more = await during(() => addNodes(world, count + 1, count + 1001));
  rows.push(
    row(
      '1,000 nodes join at once',
      `${more.mutations} mutations, ${more.reads} reads`,
      '≤ 30 mutations',
      more.mutations <= 30,
    ),
  );
  for (let at = count; at < count + 1001; at += 1)
    await world.write('DELETE', `${nodes}/${machine(at).name}`).catch(() => undefined);
  await world.quiet();

  progress('heartbeats');
  await world.recount();
  const before = await controller.usage();
  const seconds = 20;
  const began = performance.now();
  for (let beat = 0; beat < seconds; beat += 1) {
    await world.writeAll(Math.min(500, count), (at) =>
      world.write('PATCH', `${nodes}/${machine((beat * 500 + at) % count).name}/status`, {
        status: statusOf(machine(at).name, beat),
      }),
    );
    await sleep(Math.max(0, began + (beat + 1) * 1000 - performance.now()));
  }
  const took = performance.now() - began;
  const after = await controller.usage();
  const calls = await world.calls();
  const share = (after.cpuMs - before.cpuMs) / took;
  rows.push(
    row(
      `heartbeats of nodes, ${Math.round((seconds * 500_000) / took)} a second`,
      `${calls.mutations + calls.reads} calls, ${(share * 100).toFixed(1)} % of a core`,
      '0 calls, < 5 % of a core',
      calls.mutations + calls.reads === 0 && share < 0.05,
    ),
  );
  await controller.stop();
  return rows;
}
