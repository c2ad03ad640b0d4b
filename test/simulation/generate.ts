import { type Chance, chanceOf, fraction } from './chance.ts';
import { drawFault } from './generate-faults.ts';
import { drawEdit, drawRestraint, drawService } from './generate-services.ts';
import { drawSituation } from './generate-situations.ts';
import { drawShape, type Shape } from './generate-shape.ts';
import { zones } from './controller-life.ts';
import type { Json, Moment, Story, What } from './story.ts';

/** The story of a seed: a few Services and nodes, and what happens to them within minutes. */
export function storyOf(seed: number): Story {
  const chance = chanceOf(seed);
  const shape = drawShape(chance);
  const { clusters, election, leaseMs, sweepMs, names } = shape;
  const moments: Moment[] = [];
  let at = 0;
  for (const cluster of clusters) {
    for (let node = 1; node <= shape.nodes; node += 1) {
      moments.push({ at, what: { do: 'add-node', cluster, node: `${cluster}-${node}`, zone: chance.pick(zones) } });
    }
    for (const name of names.slice(0, shape.servicesAtFirst)) {
      moments.push({ at: chance.int(0, 3000), what: { do: 'create-service', cluster, name, ...drawService(chance) } });
    }
  }
  at = shape.begins;
  for (let index = 0; index < shape.count; index += 1) {
    at += shape.gap();
    const cluster = chance.pick(clusters);
    if (chance.yes(shape.situations)) {
      const node = `${cluster}-${chance.int(1, shape.nodes)}`;
      const scene = { cluster, service: chance.pick(names), node, names, election };
      for (const { after, what } of drawSituation(chance, scene)) moments.push({ at: at + after, what });
    } else {
      moments.push({ at, what: draw(chance, cluster, shape) });
    }
  }
  for (let more = shape.restraints; more > 0; more -= 1) {
    const cluster = chance.pick(clusters);
    const name = chance.pick(names.slice(0, 2));
    moments.push({ at: chance.int(0, at), what: { do: 'edit-service', cluster, name, patch: drawRestraint(chance) } });
  }
  return { seed, clusters, election, leaseMs, sweepMs, moments };
}

/** How long what a dead process sent is on its way at most, in milliseconds. */
const latestMs = 20_000;

/** The same story, but that each process that crashes has something on its way, which arrives late. */
export function late(story: Story): Story {
  const moments = story.moments.map(
    ({ at, what }, index): Moment =>
      what.do === 'crash'
        ? { at, what: { ...what, lateMs: fraction(story.seed, `crash ${index}`) * latestMs } }
        : { at, what },
  );
  return { ...story, moments };
}

function draw(chance: Chance, cluster: string, { names, nodes, election }: Shape): What {
  const name = chance.pick(names);
  return chance.weighted<() => What>([
    [14, () => drawFault(chance, cluster)],
    [12, () => ({ do: 'edit-service', cluster, name: chance.pick(names.slice(0, 2)), patch: drawEdit(chance) })],
    [5, () => ({ do: 'create-service', cluster, name, ...drawService(chance) })],
    [4, () => ({ do: 'delete-service', cluster, name })],
    [5, () => drawNode(chance, cluster, nodes + 1)],
    [3, () => ({ do: 'delete-resource', which: chance.int(0, 30) })],
    [3, () => ({ do: 'edit-resource', which: chance.int(0, 30), how: chance.int(0, 5) })],
    [1, () => ({ do: 'replace-resource', which: chance.int(0, 30) })],
    [1, () => ({ do: 'plant-foreign', cluster, name, role: chance.pick(['ipv4', '']) })],
    [1, () => ({ do: 'reserve-address', name: 'front' })],
    [1, () => ({ do: 'edit-status', cluster, name, patch: drawStatus(chance) })],
    [4, () => ({ do: 'crash', cluster, downMs: chance.int(50, 20_000) })],
    [2, () => ({ do: 'restart', cluster, downMs: chance.int(0, 3000), settings: drawSettings(chance) })],
    [election ? 5 : 0, () => ({ do: 'stand-by', cluster })],
    [election ? 5 : 0, () => ({ do: 'freeze', cluster, which: chance.int(0, 1), forMs: chance.int(500, 40_000) })],
  ])();
}

const drawStatus = (chance: Chance): Json =>
  chance.pick<Json>([
    { status: { loadBalancer: { ingress: [{ ip: '203.0.113.250' }] } } },
    { status: { loadBalancer: { ingress: null } } },
    { status: { conditions: null } },
  ]);

const drawSettings = (chance: Chance): { readonly workers: number; readonly nodeTags?: readonly string[] } => ({
  workers: chance.int(1, 4),
  ...(chance.yes(0.5) ? { nodeTags: [chance.pick(['nodes', 'workers'])] } : {}),
});

const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';

function drawNode(chance: Chance, cluster: string, nodes: number): What {
  const node = `${cluster}-${chance.int(1, nodes)}`;
  return chance.weighted<() => What>([
    [4, () => ({ do: 'add-node', cluster, node, zone: chance.pick(zones) })],
    [3, () => ({ do: 'remove-node', cluster, node, machineToo: chance.yes(0.7) })],
    [2, () => ({ do: 'edit-node', cluster, node, patch: { metadata: { labels: { [excluded]: '' } } } })],
    [2, () => ({ do: 'edit-node', cluster, node, patch: { metadata: { labels: { [excluded]: null } } } })],
    [1, () => ({ do: 'edit-node', cluster, node, patch: { spec: { taints: [taint] } } })],
    [1, () => ({ do: 'edit-node', cluster, node, patch: { spec: { taints: null } } })],
  ])();
}

const taint = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' };
