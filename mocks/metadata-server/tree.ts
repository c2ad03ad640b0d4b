/** What a VM can be asked about itself, in the shape of the answers with `recursive=true&alt=json`. */
export type Leaf = string | number | readonly string[];
export type Node = Leaf | readonly Tree[] | Tree;
export interface Tree {
  readonly [name: string]: Node;
}

const isLeaf = (node: Node): node is Leaf =>
  typeof node === 'string' ||
  typeof node === 'number' ||
  (Array.isArray(node) && node.every((item) => typeof item === 'string'));

const childrenOf = (node: Node): readonly (readonly [string, Node])[] => {
  if (isLeaf(node)) return [];
  return Array.isArray(node) ? node.map((item: Tree, at) => [String(at), item] as const) : Object.entries(node);
};

/** Paths are written `project-id` where JSON has `projectId`; attributes and accounts are called the same in both. */
const pathName = (name: string): string =>
  /^[a-z]+([A-Z][a-z]*)+$/.test(name) ? name.replaceAll(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`) : name;

export function nodeAt(root: Tree, segments: readonly string[]): Node | undefined {
  let node: Node = root;
  for (const segment of segments) {
    const found: readonly [string, Node] | undefined = childrenOf(node).find(
      ([name]) => pathName(name) === segment || name === segment,
    );
    if (found === undefined) return undefined;
    node = found[1];
  }
  return node;
}

export const isFolder = (node: Node): boolean => !isLeaf(node);

/** A leaf as text; a list one item a line; a folder its entries, those with more below marked by a slash. */
export function asText(node: Node): string {
  if (isLeaf(node)) return typeof node === 'object' ? node.map((item) => `${item}\n`).join('') : String(node);
  return childrenOf(node)
    .map(([name, child]) => `${pathName(name)}${isFolder(child) ? '/' : ''}\n`)
    .join('');
}

/** Everything below as lines of path and value: `recursive=true&alt=text`. */
export const asLines = (node: Node, path = ''): string =>
  isLeaf(node)
    ? `${path} ${asText(node).trimEnd()}\n`
    : childrenOf(node)
        .map(([name, child]) => asLines(child, path === '' ? pathName(name) : `${path}/${pathName(name)}`))
        .join('');
