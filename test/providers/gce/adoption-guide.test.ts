import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preview } from '../../../src/controller/preview.ts';
import { classIs } from '../../../src/controller/decide.ts';
import { readCluster } from '../../../src/controller/read-cluster.ts';
import { renderPlan } from '../../../src/graph/render.ts';
import { inThreadTransport } from '../../in-thread-transport.ts';
import { type GceSimulation, simulateGce } from './controller.ts';
import { ask, type Json, must, project, region, resourcesOf } from './others.ts';

/** The way over that docs/guides/move-to-portico.md describes, for a Service whose controller does not run any more. */
let world: GceSimulation;
let ip: string;
const made = (path: string, body: Json): Promise<void> => world.clock.run(must(world.gce, 'POST', path, body));
const rules = `regions/${region}/forwardingRules`;
const rule = (): Json | undefined => resourcesOf(world.gce)[`${rules}/a1b2c3`];
const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/move-to-portico.md'), 'utf8');

beforeEach(async () => {
  world = simulateGce();
  await world.addGceNode('n1', 'us-central1-a');
  await made(`regions/${region}/targetPools`, { name: 'a1b2c3' });
  const target = `projects/${project}/regions/${region}/targetPools/a1b2c3`;
  await made(rules, { name: 'a1b2c3', IPProtocol: 'TCP', portRange: '80', target });
  ip = String(rule()?.['IPAddress']);
  await world.apply({ name: 'web', annotations: { 'portico.dev/adopt': 'a1b2c3' } });
  await world.merge('web', { status: { loadBalancer: { ingress: [{ ip }] } } }, 'status');
});
afterEach(() => world.close());

const uid = async (): Promise<string> => (await world.service('web'))?.metadata.uid ?? '';

async function give(): Promise<void> {
  const { labelFingerprint } = JSON.parse(
    (await world.clock.run(ask(world.gce, 'GET', `${rules}/a1b2c3`))).body,
  ) as Json;
  const labels = { 'portico-adopt': await uid() };
  await made(`${rules}/a1b2c3/setLabels`, { labels, labelFingerprint });
}

async function planned(): Promise<{ readonly text: string; readonly problem: string | undefined }> {
  const signal = new AbortController().signal;
  const provider = world.provider();
  const cluster = await readCluster(inThreadTransport(world.kube), world.clock, 'test', signal, provider.admit);
  const found = await world.clock.run(preview(provider, cluster, classIs(null), ['default/web'], signal));
  const [{ plan, problem } = { plan: { steps: [] }, problem: undefined }] = found;
  return { text: renderPlan(plan), problem: problem?.message };
}

/** Without what differs between Services. */
const general = (text: string): string =>
  text.replaceAll(/portico-test-default-web-[0-9a-f]{8}/g, 'portico-test-default-web-HASH').replaceAll(ip, 'IP');

describe('the guide for moving', () => {
  it('shows the plan as it is, before and after the rule is given', async () => {
    const before = await planned();
    expect(before.text).toBe('No changes.\n');
    const message = String(before.problem).replaceAll(await uid(), 'UID');
    expect(guide.replaceAll(/\n */g, ' ')).toContain(message);
    await give();
    const { text, problem } = await planned();
    expect(problem).toBeUndefined();
    const lines = (all: string): string[] => all.split('\n').map((line) => line.trim());
    expect(lines(guide).join('\n')).toContain(lines(general(text)).join('\n').trim());
  });

  it('takes the Service over: its address never leaves the status', async () => {
    const shown: (string | undefined)[] = [];
    world.beginGce();
    await world.clock.advance(5000);
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'InvalidRequest' });
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
    expect(rule()).toBeDefined();
    await give();
    await world.eventually(async () => {
      shown.push((await world.service('web'))?.status.ingress[0]?.ip);
      return (await world.condition('web'))?.status === 'True';
    });
    expect([...new Set(shown)]).toEqual([ip]);
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
    expect(rule()).toBeUndefined();
    const events = (await world.eventsOf('Service', 'web')).filter(({ reason }) => reason === 'AdoptedLoadBalancer');
    expect(events.map(({ message }) => message)).toEqual([
      `Service default/web takes over ${ip} from the forwarding rule a1b2c3, which is gone. Left in the cloud: projects/portico/regions/us-central1/targetPools/a1b2c3, and the health checks and firewall rules that were made for it.`,
    ]);
    await world.remove('web');
    await world.gone('web');
    const left = Object.keys(resourcesOf(world.gce)).filter((key) => /forwardingRules|addresses/.test(key));
    expect(left).toEqual([]);
  });

  it('with the policy upsert-only nothing is taken over, and with observe nothing is done', async () => {
    await give();
    const life = world.beginGce({ defaults: { policy: 'upsert-only' } });
    await world.clock.advance(60_000);
    expect(rule()).toMatchObject({ IPAddress: ip });
    expect(await world.condition('web')).toMatchObject({ status: 'False', reason: 'ConsentNeeded' });
    expect((await world.service('web'))?.status.ingress).toMatchObject([{ ip }]);
    await life.stop();
    await world.remove('web');
    await world.clock.advance(5000);
    expect(rule()).toMatchObject({ IPAddress: ip });
  });
});
