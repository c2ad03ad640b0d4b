import { type Graph, refsOf, type ResourceId, sharedRefsOf, usersOf } from './resource.ts';

/**
 * The graph as a person reads it, below what it is for: first what nothing else uses, under each what it uses. What several
 * use is shown once for each. `leaves` are lines for what stands behind a resource.
 */
export function renderTree(
  graph: Graph,
  root: string,
  leaves: (id: ResourceId) => readonly string[] = () => [],
): string {
  const users = usersOf(graph);
  const lines = [root];
  const show = (ids: readonly ResourceId[], said: readonly string[], below: string): void => {
    const last = ids.length + said.length - 1;
    const branch = (index: number): string => (index === last ? '└─ ' : '├─ ');
    for (const [index, id] of ids.entries()) {
      lines.push(`${below}${branch(index)}${id}`);
      const spec = graph.get(id)?.spec;
      show([...refsOf(spec), ...sharedRefsOf(spec)], leaves(id), `${below}${index === last ? '   ' : '│  '}`);
    }
    for (const [index, text] of said.entries()) lines.push(`${below}${branch(ids.length + index)}${text}`);
  };
  show([...graph.keys()].filter((id) => !users.has(id)).toSorted(), [], '');
  return lines.map((line) => `${line}\n`).join('');
}
