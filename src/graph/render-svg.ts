import type { Box, Fate, Picture } from './picture.ts';
import type { ResourceId } from './resource.ts';

const fills: Readonly<Record<Fate, string>> = {
  create: '#d7f5dd',
  update: '#fdf3c8',
  delete: '#fbdcdc',
  replace: '#ffe3c2',
  keep: '#ffffff',
  shared: '#eceff3',
};

/** Pixels. A letter of a bold monospaced font of size 12 is at most this wide. */
const letter = 7.6;
const boxHeight = 58;
const gap = { x: 64, y: 18 };
const margin = 20;
const titleHeight = 34;
const lineHeight = 16;
const rowHeight = boxHeight + gap.y;
/** Every other column stands lower, so that an arrow past it is seen between its boxes. */
const stagger = rowHeight / 2;

interface Placed {
  readonly box: Box;
  readonly x: number;
  readonly y: number;
}

interface Drawn {
  readonly svg: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Pictures below each other as one SVG document: what is used stands to the right of what uses it. */
export function renderSvg(pictures: readonly Picture[]): string {
  let top = margin;
  let widest = 320;
  const parts: string[] = [];
  for (const picture of pictures) {
    const { svg, width, height } = draw(picture);
    parts.push(`<g transform="translate(${margin},${top})">`, ...svg, '</g>');
    top += height + margin;
    widest = Math.max(widest, width);
  }
  const width = widest + 2 * margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" viewBox="0 0 ${width} ${top}" font-family="monospace" font-size="12">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>',
    `<rect width="${width}" height="${top}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function draw({ title, remark, boxes, arrows }: Picture): Drawn {
  const top = titleHeight + remark.length * lineHeight;
  const boxWidth = Math.ceil(Math.max(140, ...boxes.map(widthOf)));
  const deepest = Math.max(0, ...boxes.map(({ layer }) => layer));
  const rows = new Map<number, number>();
  const placed = new Map<ResourceId, Placed>();
  for (const box of boxes) {
    const row = rows.get(box.layer) ?? 0;
    rows.set(box.layer, row + 1);
    const x = (deepest - box.layer) * (boxWidth + gap.x);
    placed.set(box.id, { box, x, y: top + row * rowHeight + (box.layer % 2) * stagger });
  }
  const lines = arrows.flatMap(({ from, to }) => {
    const user = placed.get(from);
    const used = placed.get(to);
    return user && used ? [curve(user.x + boxWidth, user.y + boxHeight / 2, used.x, used.y + boxHeight / 2)] : [];
  });
  const tallest = Math.max(remark.length === 0 ? 1 : 0, ...rows.values());
  return {
    svg: [
      `<text x="0" y="16" font-size="15" font-weight="bold">${escape(title)}</text>`,
      ...remark.map(
        (line, at) => `<text x="0" y="${titleHeight + at * lineHeight}" fill="#556">${escape(line)}</text>`,
      ),
      ...lines,
      ...[...placed.values()].map((each) => drawBox(each, boxWidth)),
    ],
    width: Math.max(
      (deepest + 1) * (boxWidth + gap.x) - gap.x,
      title.length * 10,
      ...remark.map((line) => Math.ceil(line.length * letter)),
    ),
    height: top + tallest * rowHeight + stagger,
  };
}

const widthOf = ({ kind, name }: Box): number => Math.max(kind.length, name.length) * letter + 24;

const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const middle = (x1 + x2) / 2;
  return `<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" fill="none" stroke="#667" marker-end="url(#tip)"/>`;
};

function drawBox({ box: { kind, name, fate, risk }, x, y }: Placed, width: number): string {
  const says = risk === 'none' ? fate : `${fate} ! ${risk}`;
  const stroke = risk === 'none' ? '#445' : '#c0392b';
  return [
    `<g transform="translate(${x},${y})">`,
    `<rect width="${width}" height="${boxHeight}" rx="6" fill="${fills[fate]}" stroke="${stroke}"${fate === 'delete' ? ' stroke-dasharray="5 3"' : ''}/>`,
    `<text x="12" y="18" fill="#556">${escape(kind)}</text>`,
    `<text x="12" y="35" font-weight="bold">${escape(name)}</text>`,
    `<text x="12" y="50" font-size="10" fill="#556">${escape(says)}</text>`,
    '</g>',
  ].join('');
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
