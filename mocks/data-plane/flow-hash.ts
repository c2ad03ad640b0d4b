/** A number in [0, 1) that depends on the text alone (FNV-1a, then mixed so that near texts are far apart). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

export interface Candidate {
  readonly name: string;
  /** Share of the flows, relative to the others. Those of weight 0 get none. */
  readonly weight: number;
}

/**
 * One of the candidates, the same for the same key; each gets flows in proportion to its weight. When one goes only its own
 * flows move, as with consistent hashing (here: weighted rendezvous hashing).
 */
export function chooseByHash<C extends Candidate>(key: string, candidates: readonly C[]): C | undefined {
  let best: C | undefined;
  let bestScore = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (candidate.weight <= 0) continue;
    // An exponential variable with the weight as its rate: each of them is the least by its share.
    const score = -Math.log1p(-hashOf(`${key} ${candidate.name}`)) / candidate.weight;
    if (score < bestScore || (score === bestScore && best && candidate.name < best.name)) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}
