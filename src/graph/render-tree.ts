import { type Graph, refsOf, type ResourceId, sharedRefsOf, usersOf } from './resource.ts';

/**
 * The graph as a person reads it: what nothing else uses stands at the left, what it uses below it. What several use is
 * shown once for each. `note` says something behind a resource.
 */
export function renderTree(graph: Graph, note: (id: ResourceId) => string = () => ''): string {
  const users = usersOf(graph);
  const roots = [...graph.keys()].filter((id) => !users.has(id)).toSorted();
  const lines: string[] = [];
  const show = (id: ResourceId, lead: string, below: string): void => {
    const said = note(id);
    lines.push(`${lead}${id}${said === '' ? '' : `  ${said}`}`);
    const spec = graph.get(id)?.spec;
    const inside = [...refsOf(spec), ...sharedRefsOf(spec)];
    for (const [index, used] of inside.entries()) {
      const last = index === inside.length - 1;
      show(used, `${below}${last ? '└─ ' : '├─ '}`, `${below}${last ? '   ' : '│  '}`);
    }
  };
  for (const root of roots) show(root, '', '');
  return lines.map((line) => `${line}\n`).join('');
}
