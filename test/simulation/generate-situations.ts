import type { Chance } from './chance.ts';
import { zones } from './controller-life.ts';
import { drawService } from './generate-services.ts';
import type { Json, What } from './story.ts';

/** One part of a situation, in milliseconds after its beginning. */
export interface Part {
  readonly after: number;
  readonly what: What;
}

/** Where a situation takes place. */
export interface Scene {
  readonly cluster: string;
  /** The Service and the node that it is about. */
  readonly service: string;
  readonly node: string;
  /** What Services may be called. */
  readonly names: readonly string[];
  readonly election: boolean;
}

/**
 * A few things that are dangerous when they come close together, and of one object: drawn one by one they would hardly ever
 * do so. Each is one of the three ways in which a controller goes wrong: it acts on a state that was, misses one that
 * passed, or is cut off in the middle of one.
 */
export function drawSituation(chance: Chance, scene: Scene): readonly Part[] {
  const possible = situations.filter(
    ({ needsElection = false, needsTwo = false }) =>
      (scene.election || !needsElection) && (scene.names.length > 1 || !needsTwo),
  );
  return chance.weighted(possible.map(({ weight, draw }) => [weight, draw]))(chance, scene);
}

interface Situation {
  readonly weight: number;
  readonly needsElection?: boolean;
  readonly needsTwo?: boolean;
  readonly draw: (chance: Chance, scene: Scene) => readonly Part[];
}

export const situations: readonly Situation[] = [
  { weight: 3, draw: replacedWithoutReservation },
  { weight: 4, draw: lostHalfWay },
  { weight: 2, draw: takenAway },
  { weight: 3, draw: gap },
  { weight: 5, draw: duringListing },
  { weight: 2, draw: reborn },
  { weight: 2, draw: lostAnswer },
  { weight: 3, draw: cutOff },
  { weight: 4, needsTwo: true, draw: sameAddress },
  { weight: 1, draw: withoutMachine },
  { weight: 6, needsElection: true, draw: frozenAtWork },
  { weight: 2, needsElection: true, draw: wrongClock },
];

const edit = ({ cluster, service }: Scene, patch: Json): What => ({
  do: 'edit-service',
  cluster,
  name: service,
  patch,
});

const annotated = (values: Readonly<Record<string, string | null>>): Json => ({
  metadata: {
    annotations: Object.fromEntries(Object.entries(values).map(([key, value]) => [`portico.dev/${key}`, value])),
  },
});

const ask = ({ cluster, service }: Scene, chance: Chance): What => ({
  do: 'create-service',
  cluster,
  name: service,
  ...drawService(chance),
});

/** A balancer, if there is none, whose forwarding rule has to be replaced: the ports decide over it. */
const otherPorts = (chance: Chance): Json => ({
  spec: {
    type: 'LoadBalancer',
    ports: [{ name: 'http', port: chance.int(8100, 8199), protocol: chance.pick(['TCP', 'UDP']), targetPort: 8080 }],
  },
});

/** Somebody deletes what keeps an IP, or has it keep another, and before anybody looks the rule has to be replaced. */
function replacedWithoutReservation(chance: Chance, scene: Scene): readonly Part[] {
  return [
    {
      after: 0,
      what: chance.yes(0.7)
        ? { do: 'delete-resource', which: chance.int(0, 3), of: 'addresses' }
        : { do: 'restore-address', which: chance.int(0, 3) },
    },
    { after: chance.int(500, 20_000), what: edit(scene, otherPorts(chance)) },
  ];
}

/** Somebody takes a resource of ours, or its mark, some time before it would be deleted. */
function takenAway(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  const which = chance.int(0, 30);
  const mark = 3;
  return [
    {
      after: 0,
      what: chance.yes(0.5) ? { do: 'replace-resource', which } : { do: 'edit-resource', which, how: mark },
    },
    {
      after: chance.int(6000, 25_000),
      what: chance.pick<What>([
        { do: 'delete-service', cluster, name: service },
        edit(scene, { spec: { type: 'ClusterIP', loadBalancerSourceRanges: null } }),
      ]),
    },
  ];
}

/** A change that gives an address up stops in the middle. */
function lostHalfWay(chance: Chance, scene: Scene): readonly Part[] {
  const wish = chance.pick([
    { scheme: 'internal' },
    { scheme: null },
    { 'network-tier': 'standard' },
    { 'network-tier': 'standard', 'allow-address-change': 'true' },
    { 'network-tier': null, 'allow-address-change': 'true' },
    { 'static-address': 'front' },
    { 'static-address': null },
  ]);
  const method = chance.pick([
    'forwardingRules.delete',
    'forwardingRules.insert',
    'addresses.delete',
    'addresses.insert',
    'firewalls.update',
  ]);
  const effect = chance.pick([
    { type: 'error', status: 503, reason: 'backendError' },
    { type: 'error', status: 403, reason: 'forbidden' },
    { type: 'fail-operation', code: 'INTERNAL_ERROR', message: 'planted', httpStatus: 500 },
  ] as const);
  return [
    { after: 0, what: { do: 'cloud-fault', method, times: chance.int(1, 4), effect } },
    { after: chance.int(1, 500), what: edit(scene, annotated(wish)) },
  ];
}

/** What happens while the watch says nothing is in no history any more when it is asked for again. */
function gap(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service, node } = scene;
  const forMs = chance.int(2000, 40_000);
  const resource = chance.pick(['services', 'nodes'] as const);
  const meanwhile: readonly What[] =
    resource === 'nodes'
      ? [{ do: 'remove-node', cluster, node, machineToo: chance.yes(0.3) }]
      : chance.pick<readonly What[]>([
          [{ do: 'delete-service', cluster, name: service }],
          [
            { do: 'delete-service', cluster, name: service },
            { do: 'create-service', cluster, name: service, ...drawService(chance) },
          ],
          [edit(scene, otherPorts(chance))],
        ]);
  return [
    { after: 0, what: { do: 'stall-watch', cluster, resource, forMs } },
    ...meanwhile.map((what, index) => ({ after: chance.int(1, 1000) + index * 500, what })),
    { after: chance.int(2000, forMs), what: { do: 'compact', cluster } },
  ];
}

/** The cloud is listed from time to time: a Service that is made just then, slowly, and is not wanted any more when it is. */
function duringListing(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  const late = chance.int(5000, 25_000);
  const method = chance.pick([
    '*.insert',
    'addresses.insert',
    'firewalls.insert',
    'backendServices.insert',
    '*.delete',
  ]);
  const effect = { type: 'delay', ms: late } as const;
  return [
    { after: 0, what: { do: 'slow-lists', forMs: 2 * late, extraMs: chance.int(2000, 15_000) } },
    { after: 0, what: { do: 'cloud-fault', method, times: chance.int(1, 6), effect } },
    { after: chance.int(1, 500), what: ask(scene, chance) },
    { after: chance.int(500, late), what: { do: 'delete-service', cluster, name: service } },
  ];
}

/** A name that another Service had a moment ago. */
function reborn(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  return [
    { after: 0, what: { do: 'delete-service', cluster, name: service } },
    ...[1, 2, 3].map((at) => ({ after: at * chance.int(300, 6000), what: ask(scene, chance) })),
  ];
}

/** Something is done, nobody hears of it, and what is wanted changes meanwhile. */
function lostAnswer(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  const effect = { type: 'drop', when: 'after' } as const;
  const method = chance.pick(['*.insert', '*.delete', '*.update', 'addresses.*', 'instanceGroups.*']);
  return [
    { after: 0, what: { do: 'cloud-fault', method, times: chance.int(1, 2), effect } },
    { after: chance.int(1, 300), what: chance.yes(0.5) ? ask(scene, chance) : edit(scene, otherPorts(chance)) },
    {
      after: chance.int(300, 8000),
      what: chance.yes(0.5)
        ? { do: 'delete-service', cluster, name: service }
        : edit(scene, annotated({ scheme: chance.pick(['internal', null]) })),
    },
  ];
}

/** The controller dies while operations of it run, and what is wanted changes before another looks. */
function cutOff(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  const dies = chance.int(20, 5000);
  const downMs = chance.int(50, 3000);
  const next = chance.pick<What>([
    { do: 'delete-service', cluster, name: service },
    { do: 'delete-service', cluster, name: service },
    edit(scene, { spec: { type: 'ClusterIP', loadBalancerSourceRanges: null } }),
    edit(scene, otherPorts(chance)),
  ]);
  return [
    { after: 0, what: { do: 'slow-operations', forMs: 10_000, extraMs: chance.pick([3000, 15_000, 60_000]) } },
    { after: chance.int(1, 300), what: chance.yes(0.6) ? ask(scene, chance) : edit(scene, otherPorts(chance)) },
    { after: dies, what: { do: 'crash', cluster, downMs } },
    { after: dies + chance.int(1, downMs + 2000), what: next },
  ];
}

/** The leader is stopped between two calls of one change for so long that another leads when it goes on. */
function frozenAtWork(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster, service } = scene;
  const change = chance.pick<What>([
    edit(scene, otherPorts(chance)),
    { do: 'delete-service', cluster, name: service },
    ask(scene, chance),
  ]);
  const forMs = chance.int(18_000, 60_000);
  return [
    { after: 0, what: { do: 'stand-by', cluster } },
    { after: 5000, what: change },
    { after: 5000 + chance.int(20, 6000), what: { do: 'freeze', cluster, which: 'leader', forMs } },
  ];
}

/** Two Services ask for the one address that somebody reserved. */
function sameAddress(chance: Chance, { cluster, names }: Scene): readonly Part[] {
  const wish = annotated({ 'static-address': 'front', scheme: null, 'network-tier': null });
  return [
    { after: 0, what: { do: 'reserve-address', name: 'front' } },
    ...names.slice(0, 2).map((name) => ({
      after: chance.int(1, 20_000),
      what: { do: 'edit-service', cluster, name, patch: wish } as const,
    })),
  ];
}

/** The leader's wall clock is wrong by so much that what it writes looks long out of date to others, or to come. */
function wrongClock(chance: Chance, scene: Scene): readonly Part[] {
  const { cluster } = scene;
  const byMs = chance.pick([-3_600_000, -60_000, 60_000, 3_600_000]);
  return [
    { after: 0, what: { do: 'stand-by', cluster } },
    { after: chance.int(5000, 10_000), what: { do: 'jump-clock', cluster, byMs } },
    { after: chance.int(10_000, 20_000), what: edit(scene, otherPorts(chance)) },
    { after: chance.int(20_000, 30_000), what: edit(scene, otherPorts(chance)) },
  ];
}

/** A node comes back in a zone where there is no machine of its name: that stays in another. */
function withoutMachine(chance: Chance, { cluster, node }: Scene): readonly Part[] {
  return [
    { after: 0, what: { do: 'remove-node', cluster, node, machineToo: false } },
    ...zones.map((zone) => ({
      after: chance.int(100, 10_000),
      what: { do: 'add-node', cluster, node, zone } as const,
    })),
  ];
}
