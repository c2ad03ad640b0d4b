import { parseArgs } from 'node:util';
import { getHeapSpaceStatistics } from 'node:v8';
import { setImmediate as turn } from 'node:timers/promises';
import { load, type LoadSample } from './load.ts';

/** `npm run sim:load`: prints the heap, without compiled code, of a busy cluster over its hours, and fails when it grows. */
const { values } = parseArgs({
  options: {
    hours: { type: 'string', default: '72' },
    every: { type: 'string', default: '6' },
    services: { type: 'string', default: '12' },
    nodes: { type: 'string', default: '6' },
  },
});
/** Bytes an hour. A leak of one small object in each sweep or edit would be more. */
const bound = 10_000;
/** Until everything that fills up to a bound has filled up. */
const warmHours = Number(values.hours) / 6;

const collected = async (): Promise<number> => {
  const { gc } = globalThis;
  if (!gc) throw new Error('To be run with node --expose-gc.');
  // What is only held until finalizers have run goes with the second.
  for (let time = 0; time < 3; time += 1) {
    await turn();
    gc();
  }
  return getHeapSpaceStatistics().reduce(
    (sum, space) => sum + (ofCode.has(space.space_name) ? 0 : space.space_used_size),
    0,
  );
};

/** What the engine compiles grows for hours with what it finds to be hot, and is thrown away now and then. */
const ofCode: ReadonlySet<string> = new Set([
  'code_space',
  'code_large_object_space',
  'trusted_space',
  'trusted_large_object_space',
]);

/** Of the line through the points with the least squares. */
function slope(points: readonly LoadSample[]): number {
  const mean = (of: (point: LoadSample) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [hours, heaps] = [mean(({ hour }) => hour), mean(({ heap }) => heap)];
  return (
    mean(({ hour, heap }) => (hour - hours) * (heap - heaps)) / mean(({ hour }) => (hour - hours) * (hour - hours))
  );
}

const samples: LoadSample[] = [];
console.log('| hour | heap, KiB | calls |\n| ---: | --------: | ----: |');
for await (const sample of load({
  hours: Number(values.hours),
  everyHours: Number(values.every),
  services: Number(values.services),
  nodes: Number(values.nodes),
  heap: collected,
})) {
  samples.push(sample);
  console.log(`| ${sample.hour} | ${Math.round(sample.heap / 1024)} | ${sample.calls} |`);
}
const growth = slope(samples.filter(({ hour }) => hour >= warmHours));
console.log(`\n${Math.round(growth)} bytes an hour from hour ${warmHours} on; at most ${bound} are allowed`);
process.exitCode = growth > bound ? 1 : 0;
