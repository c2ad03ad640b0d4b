import type { Plan, Risk, Step } from './plan.ts';
import { type Graph, nameOf, refsOf, type ResourceId, sharedRefsOf } from './resource.ts';

/** What becomes of a resource. `shared` stands in the graph of all Services, and is only pointed at. */
export type Fate = Step['op'] | 'replace' | 'keep' | 'shared';

export interface Box {
  readonly id: ResourceId;
  readonly kind: string;
  readonly name: string;
  readonly fate: Fate;
  readonly risk: Risk;
  /** How many arrows the longest way down from this box has: what depends on nothing is 0. */
  readonly layer: number;
}

/** From the user to what it uses. */
export interface Arrow {
  readonly from: ResourceId;
  readonly to: ResourceId;
}

/** A graph and what a plan does to it, free of any way to draw it. Boxes and arrows are in a stable order. */
export interface Picture {
  readonly title: string;
  /** Lines that tell why nothing, or not all, of it is done. */
  readonly remark: readonly string[];
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** `resources` are all that the plan touches and all that stays. */
export function pictureOf(title: string, plan: Plan, resources: Graph, remark = ''): Picture {
  const ids = new Set<ResourceId>([...resources.keys()].toSorted());
  const arrows: Arrow[] = [];
  for (const from of ids) {
    const spec = resources.get(from)?.spec;
    for (const to of [...refsOf(spec), ...sharedRefsOf(spec)]) arrows.push({ from, to });
  }
  const shared = arrows.flatMap(({ to }) => (ids.has(to) ? [] : [to]));
  const layers = layersOf([...ids, ...shared], arrows);
  const boxes = [...new Set([...ids, ...shared])].map((id): Box => {
    const steps = plan.steps.filter((step) => step.resource.id === id);
    const kind = id.slice(0, id.indexOf('/'));
    return { id, kind, name: nameOf(id), fate: fateOf(id, steps, ids), risk: worst(steps), layer: layers.get(id) ?? 0 };
  });
  return { title, remark: linesOf(remark), boxes, arrows };
}

/** A text in lines of at most so many letters, unless a word is longer. */
function linesOf(text: string, width = 100): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function fateOf(id: ResourceId, steps: readonly Step[], own: ReadonlySet<ResourceId>): Fate {
  if (!own.has(id)) return 'shared';
  const [first] = steps;
  return steps.length > 1 ? 'replace' : (first?.op ?? 'keep');
}

const worst = (steps: readonly Step[]): Risk =>
  (['address', 'traffic'] as const).find((risk) => steps.some((step) => step.risk === risk)) ?? 'none';

/** Length of the longest way down. What runs in a circle, which no valid graph does, ends where it began. */
function layersOf(ids: readonly ResourceId[], arrows: readonly Arrow[]): ReadonlyMap<ResourceId, number> {
  const below = Map.groupBy(arrows, ({ from }) => from);
  const layers = new Map<ResourceId, number>();
  const open = new Set<ResourceId>();
  const depth = (id: ResourceId): number => {
    const known = layers.get(id);
    if (known !== undefined || open.has(id)) return known ?? 0;
    open.add(id);
    const layer = Math.max(-1, ...(below.get(id) ?? []).map(({ to }) => depth(to))) + 1;
    layers.set(id, layer);
    return layer;
  };
  for (const id of ids) depth(id);
  return layers;
}
