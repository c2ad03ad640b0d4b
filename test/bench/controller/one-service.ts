import { machine, nodeOf, serviceOf } from './objects.ts';
import { inUnits, type Row, row } from './row.ts';
import { type Calls, nodes, openWorld, services, type World } from './world.ts';

interface Done extends Calls {
  /** From the request to the moment the address was written, or the last call to the cloud was made. */
  readonly ms: number;
  /** How long no rule stood, in milliseconds. */
  readonly withoutRuleMs: number;
}

/** What happens to one Service at a time, in a small cluster whose operations take so long. */
export async function oneService(latencyMs: number): Promise<readonly Row[]> {
  const world = await openWorld({ operationLatencyMs: latencyMs });
  try {
    const machines = [0, 1, 2].map(machine);
    await world.addMachines(machines);
    for (const each of machines) await world.write('POST', nodes, nodeOf(each));
    await world.controller();
    await world.quiet();
    return await play(world, latencyMs);
  } finally {
    await world.close();
  }
}

async function play(world: World, latencyMs: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const units = (ms: number): string => inUnits(ms, latencyMs);
  const at = `L ${latencyMs} ms: `;
  const tell = (what: string, done: Done, target: string, met: boolean | undefined, peer: string): void => {
    const gap = done.withoutRuleMs > 0 ? `, no rule for ${units(done.withoutRuleMs)}` : '';
    const figures = `${done.mutations} mutations, ${done.reads} reads, ${units(done.ms)}${gap}`;
    rows.push(row(at + what, figures, target, met, peer));
  };
  const create = async (name: string, more: Parameters<typeof serviceOf>[1] = {}): Promise<Done> =>
    during(world, name, () => world.write('POST', services, serviceOf(name, more)));
  const change = async (patch: unknown, addressed = false): Promise<Done> =>
    during(world, addressed ? 'web' : undefined, () => world.write('PATCH', `${services}/web`, patch));

  const first = await create('first');
  tell(
    'the first Service of a cluster',
    first,
    '≤ 3 L + 200 ms',
    first.ms <= 3 * latencyMs + 200,
    '7 mutations, 12 reads, 7 L',
  );
  const more = await create('web');
  const asTold = more.mutations === 5 && more.reads <= 2 && more.ms <= 3 * latencyMs + 100;
  tell(
    'one more',
    more,
    '5 mutations, ≤ 2 reads, ≤ 3 L + 100 ms',
    asTold,
    '5 mutations, 11 reads, 5 L, never under 5 s',
  );
  const proxied = await create('proxied', { annotations: { 'portico.dev/health-check': 'proxy' } });
  tell('one more, probed at kube-proxy', proxied, '≤ 2 L + 100 ms', proxied.ms <= 2 * latencyMs + 100, '');

  const ranges = await change({ spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } });
  const rangesMet = ranges.mutations <= 2 && ranges.withoutRuleMs === 0;
  tell('source ranges', ranges, '≤ 2 mutations, never without a rule', rangesMet, '3 mutations, 13 reads, 3 L');
  const affinity = await change({ spec: { sessionAffinity: 'ClientIP' } });
  tell(
    'session affinity',
    affinity,
    'never without a rule',
    affinity.withoutRuleMs === 0,
    '6 mutations, no rule for 3 L',
  );
  const local = await change({ spec: { externalTrafficPolicy: 'Local' } });
  tell(
    'externalTrafficPolicy to Local',
    local,
    'never without a rule',
    local.withoutRuleMs === 0,
    '9 mutations, no rule for 5 L',
  );
  const cluster = await change({ spec: { externalTrafficPolicy: 'Cluster' } });
  tell('and back', cluster, 'never without a rule', cluster.withoutRuleMs === 0, '8 mutations');
  const ports = await change({
    spec: {
      ports: [
        { name: 'http', port: 80, targetPort: 8080 },
        { name: 'https', port: 443, targetPort: 8443 },
      ],
    },
  });
  const portsMet = ports.withoutRuleMs <= latencyMs + 100;
  tell('a port more', ports, '≤ 1 L without a rule', portsMet, '5 mutations, 13 reads, no rule for 1 L');
  const internal = await change({ metadata: { annotations: { 'portico.dev/scheme': 'internal' } } }, true);
  tell('external to internal', internal, '≤ 4 L', internal.ms <= 4 * latencyMs + 100, '');
  const external = await change({ metadata: { annotations: { 'portico.dev/scheme': null } } }, true);
  tell('internal to external', external, '≤ 4 L', external.ms <= 4 * latencyMs + 100, '17 mutations, 13 reads, 10 L');
  const gone = await during(world, undefined, () => world.write('DELETE', `${services}/web`));
  tell('delete', gone, '', undefined, '7 mutations, 1 read, 2 L');
  return rows;
}

/** Does it and waits until all is quiet; with a name, it took until that Service had an address, else until the last operation was done. */
async function during(world: World, name: string | undefined, act: () => Promise<unknown>): Promise<Done> {
  await world.recount();
  const began = performance.now();
  await act();
  const calls = await world.quiet();
  const log = await world.log();
  const addressed = name === undefined ? undefined : world.addressedAt.get(name);
  const lastAt = Math.max(...log.map(({ at, class: kind }) => at + (kind === 'wait' ? world.latencyMs : 0)));
  const ended = addressed ?? lastAt - performance.timeOrigin;
  const of = (method: string): number | undefined =>
    log.find((each) => each.method === `forwardingRules.${method}`)?.at;
  const [removed, made] = [of('delete'), of('insert')];
  const withoutRuleMs = removed === undefined || made === undefined ? 0 : Math.max(0, made - removed);
  return { ...calls, ms: ended - began, withoutRuleMs };
}
