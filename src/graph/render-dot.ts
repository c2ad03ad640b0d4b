import type { Box, Fate, Picture } from './picture.ts';

const colours: Readonly<Record<Fate, string>> = {
  create: 'palegreen',
  update: 'khaki',
  delete: 'lightpink',
  replace: 'orange',
  keep: 'white',
  shared: 'gray90',
};

/** Pictures in the language of Graphviz (https://graphviz.org/doc/info/lang.html), one cluster each. */
export function renderDot(pictures: readonly Picture[]): string {
  const lines = pictures.flatMap(({ title, remark, boxes, arrows }, index) => {
    const nodeOf = (id: string): string => quote(`${index} ${id}`);
    return [
      `  subgraph ${quote(`cluster_${index}`)} {`,
      `    label=${quote([title, ...remark].join('\n'))};`,
      ...boxes.map((box) => `    ${nodeOf(box.id)} [label=${quote(labelOf(box))}, fillcolor=${colours[box.fate]}];`),
      ...arrows.map(({ from, to }) => `    ${nodeOf(from)} -> ${nodeOf(to)};`),
      '  }',
    ];
  });
  return ['digraph portico {', '  rankdir=LR;', '  node [shape=box, style=filled];', ...lines, '}', ''].join('\n');
}

const labelOf = ({ kind, name, fate, risk }: Box): string =>
  [kind, name, fate, ...(risk === 'none' ? [] : [`risk: ${risk}`])].join('\n');

const quote = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`)}"`;
