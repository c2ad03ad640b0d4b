import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';

/** A label selector of the apps group as one line, in the syntax of queries; empty when it chooses everything. */
export function selectorText({ matchLabels, matchExpressions }: JsonObject): string {
  const labels = Object.entries(objectOf(matchLabels)).map(([key, value]) => ({
    key,
    text: `${key}=${textOf(value)}`,
  }));
  const expressions = listOf(matchExpressions)
    .filter(isObject)
    .map(({ key, operator, values }) => ({
      key: textOf(key),
      text: expression(textOf(key), textOf(operator), values),
    }));
  return [...labels, ...expressions]
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ text }) => text)
    .join(',');
}

function expression(key: string, operator: string, values: JsonObject[string] | undefined): string {
  const set = `(${listOf(values).map(textOf).toSorted().join(',')})`;
  switch (operator) {
    case 'In':
      return `${key} in ${set}`;
    case 'NotIn':
      return `${key} notin ${set}`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}
