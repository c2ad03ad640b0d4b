import { type Graph, graph, ref, type Resource, resource } from '../../src/graph/resource.ts';

/** A graph in one line: `a`, `b>a` (b uses a), `c=2` (size 2), `d!` (fixed 1), `*e` (a pin). */
export function parse(text: string): Graph {
  return graph(
    text
      .split(' ')
      .filter(Boolean)
      .map((word): Resource => {
        const [, pin, name, size, fixed, uses] = /^(\*?)([a-z])(?:=(\d))?(!?)(?:>([a-z*,]+))?$/.exec(word) ?? [];
        if (name === undefined) throw new Error(`cannot read ${word}`);
        const refs = (uses ?? '').split(',').filter(Boolean);
        return resource(pin ? 'pin' : 'box', name, {
          size: Number(size ?? 0),
          fixed: fixed ? 1 : 0,
          uses: refs.map((used) => (used.startsWith('*') ? ref('pin', used.slice(1)) : ref('box', used))),
        });
      }),
  );
}
