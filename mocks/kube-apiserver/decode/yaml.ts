import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Json } from '../json.ts';
import { sortedDeep } from '../patch/json-patch.ts';

export type ReadYaml = { readonly value: Json; readonly duplicates: readonly string[] } | { readonly error: string };

/** Go's messages for what the parser reports; the line is Go's. */
const messages: Readonly<Record<string, string>> = {
  BAD_INDENT: 'did not find expected key',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  TAB_AS_INDENT: 'found character that cannot start any token',
  MISSING_CHAR: 'did not find expected node content',
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
};

/**
 * YAML 1.1 as Kubernetes reads it (`yes` is a boolean, dates stay strings), keys sorted as after its conversion to JSON.
 * `duplicates` are repeated keys in Go's words.
 */
export function readYaml(text: string): ReadYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    uniqueKeys: false,
    lineCounter,
    customTags: (tags) =>
      tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp'))),
  });
  const [failure] = document.errors;
  if (failure) {
    const line = lineCounter.linePos(failure.pos[0]).line;
    const unfinished = 'did not find expected node content';
    const message = failure.message.startsWith('Flow') ? unfinished : (messages[failure.code] ?? unfinished);
    return { error: `error converting YAML to JSON: yaml: line ${line}: ${message}` };
  }
  const duplicates: string[] = [];
  visit(document, {
    Map: (_key, node) => {
      const seen = new Set<unknown>();
      for (const { key } of isMap(node) ? node.items : []) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const line = lineCounter.linePos(key.range?.[0] ?? 0).line;
          duplicates.push(`line ${line}: key ${JSON.stringify(key.value)} already set in map`);
        }
        seen.add(key.value);
      }
    },
  });
  return { value: sortedDeep((document.toJS({ maxAliasCount: 100 }) ?? null) as Json), duplicates };
}
