import { nearest } from './nearest.ts';

/**
 * The key `NAMESPACE/NAME` that somebody most likely means by one that there is not: of the same name elsewhere (also
 * where kubectl's `svc/NAME` was taken for a namespace), or misspelt. Undefined when none is near.
 */
export function meantKey(key: string, keys: readonly string[]): string | undefined {
  const sorted = keys.toSorted();
  const name = nameIn(key);
  const meant = nearest(name, sorted.map(nameIn));
  return (
    sorted.find((each) => nameIn(each) === name) ??
    nearest(key, sorted) ??
    sorted.find((each) => nameIn(each) === meant)
  );
}

const nameIn = (key: string): string => key.slice(key.indexOf('/') + 1);
