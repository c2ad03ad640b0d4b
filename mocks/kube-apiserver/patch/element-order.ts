import { isObject, sameJson, type Json } from '../json.ts';

/**
 * The merged list in the order of `order` (a patch, or a `$setElementOrder` list); items that only the server has keep
 * their old order among themselves and stand before what stood behind them there. What is new comes first.
 */
export function ordered(
  merged: readonly Json[],
  order: readonly Json[],
  before: readonly Json[],
  mergeKey: string | undefined,
): readonly Json[] {
  const place = (list: readonly Json[], item: Json): number =>
    list.findIndex((each) => sameJson(identity(each, mergeKey), identity(item, mergeKey)));
  const by = (list: readonly Json[]) => (a: Json, b: Json) => place(list, a) - place(list, b);
  const wanted = merged.filter((item) => place(order, item) >= 0).toSorted(by(order));
  const others = merged.filter((item) => place(order, item) < 0).toSorted(by(before));
  const result: Json[] = [];
  let next = 0;
  for (const item of wanted) {
    const position = place(before, item);
    for (let other = others[next]; other !== undefined; other = others[next]) {
      const otherPosition = place(before, other);
      if (position < 0 || otherPosition < 0 || otherPosition > position) break;
      result.push(other);
      next += 1;
    }
    result.push(item);
  }
  return [...result, ...others.slice(next)];
}

function identity(item: Json, mergeKey: string | undefined): Json | undefined {
  return mergeKey !== undefined && isObject(item) ? item[mergeKey] : item;
}
