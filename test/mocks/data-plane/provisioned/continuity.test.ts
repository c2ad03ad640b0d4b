import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load, rollOut, upgrade } from './continuity.ts';
import { type ProvisionedCloud, provisionedCloud } from './provisioned-cloud.ts';

let world: ProvisionedCloud;
beforeEach(async () => {
  world = await provisionedCloud();
  await world.scale(3);
});
afterEach(() => world.end());

describe.each(['Local', 'Cluster'] as const)('five rolling updates with %s', (externalTrafficPolicy) => {
  it('lose at most 5 of 100 requests, as the tests of Kubernetes have it', async () => {
    await world.until(await rollOut(world, 'first'), 300_000);
    const ip = await world.serve('rolled', { externalTrafficPolicy });
    await world.untilAnswers(ip, (answer) => typeof answer === 'object');
    await world.advance(30_000);
    const traffic = load(world, ip, 10);
    for (let round = 1; round <= 5; round += 1) await traffic.until(await rollOut(world, String(round)));
    const [{ asked, lost } = { asked: 0, lost: 0 }] = await traffic.end();
    expect(asked).toBeGreaterThan(300);
    expect(lost / asked).toBeLessThanOrEqual(0.05);
  });
});

describe('a rolling update, then a node drained, switched off and deleted', () => {
  it('lose nothing with Local', async () => {
    const noticed = await upgrade(world, 'Local', 5);
    expect(noticed.map(({ lost }) => lost)).toEqual([0, 0, 0, 0, 0]);
    expect(Math.min(...noticed.map(({ asked }) => asked))).toBeGreaterThan(20);
  });

  it('lose with Cluster what goes by the machine that is off until the probes have found out', async () => {
    const noticed = await upgrade(world, 'Cluster', 5);
    const off = noticed.find(({ phase }) => phase === 'its machine off');
    expect(noticed.filter((each) => each !== off && each.lost > 0)).toEqual([]);
    const share = (off?.lost ?? 0) / (off?.asked ?? 1);
    expect(share).toBeGreaterThan(0);
    // A third of the flows, half as many again for chance, until three probes, eight seconds apart, have failed.
    expect(share).toBeLessThan((1.5 / 3) * (25 / 70));
  });
});
