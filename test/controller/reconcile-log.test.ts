import { afterEach, expect, it } from 'vitest';
import { type Simulation, simulate } from './simulation.ts';

let world: Simulation;
afterEach(() => world.close());

interface Line {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

it('every line of a reconcile says whose it is and which, though many run at once', async () => {
  world = simulate({ latencyMs: 500 });
  await world.addNode('n1', 'zone-a');
  const life = world.begin({ workers: 4 });
  for (const name of ['a', 'b', 'c']) await world.apply({ name });
  await world.apply({ name: 'bad', annotations: { 'portico.dev/schem': 'internal' } });
  for (const name of ['a', 'b', 'c']) await world.address(name);
  const uids = new Map<unknown, unknown>();
  for (const name of ['a', 'b', 'c', 'bad']) {
    uids.set(`default/${name}`, (await world.service(name))?.metadata.uid);
  }
  await world.clock.advance(2000);

  const passLines = (life.logs as readonly Line[]).filter(({ message }) => /^(step|pass) /.test(message));
  const ofServices = passLines.filter(({ fields }) => !('cluster' in fields));
  for (const { fields } of ofServices) expect(fields['uid']).toBe(uids.get(fields['service']));
  for (const { fields } of passLines) expect(fields['reconcile']).toEqual(expect.any(Number));
  expect(ofServices.filter(({ message }) => message === 'step done').length).toBeGreaterThanOrEqual(3 * 4);
  expect(ofServices.some(({ message }) => message === 'pass failed')).toBe(true);

  // One id is one pass over one Service: its steps, and one line that ends it.
  const passes = Map.groupBy(ofServices, ({ fields }) => fields['reconcile']);
  for (const [, lines] of passes) {
    expect(new Set(lines.map(({ fields }) => fields['service'])).size).toBe(1);
    expect(lines.filter(({ message }) => message.startsWith('pass ')).length).toBe(1);
    expect(lines.at(-1)?.message).toMatch(/^pass /);
  }
});
