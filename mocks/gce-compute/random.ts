/** The mock's own source of chance: the same seed gives the same ids, names and answers. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  readonly hex: (digits: number) => string;
  /** An unsigned 64-bit id, as text: it does not fit a number. */
  readonly id: () => string;
}

/** Mulberry32: small, fast, good enough for ids; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const word = () => Math.floor(next() * 2 ** 32);
  return {
    next,
    hex: (digits) => Array.from({ length: digits }, () => Math.floor(next() * 16).toString(16)).join(''),
    id: () => (((BigInt(word()) << 32n) | BigInt(word())) >> 1n).toString(),
  };
}
