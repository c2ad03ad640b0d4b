/** Flows by what they belong to, so that all of one can be cut off. */
export interface Tracks {
  /** The flow belongs to each of these. The returned function takes it out again. */
  add(tracks: readonly (string | undefined)[], cut: () => void): () => void;
  cut(track: string): void;
  cutAll(): void;
  /** What has flows now. */
  keys(): readonly string[];
}

export function createTracks(): Tracks {
  const flows = new Map<string, Set<() => void>>();
  const cut = (track: string): void => {
    for (const each of flows.get(track) ?? []) each();
  };
  return {
    add(tracks, each) {
      const removals = tracks.map((track = '') => {
        const own = flows.get(track) ?? new Set();
        flows.set(track, own.add(each));
        return () => {
          own.delete(each);
          if (own.size === 0 && flows.get(track) === own) flows.delete(track);
        };
      });
      return () => {
        for (const remove of removals) remove();
      };
    },
    cut,
    cutAll() {
      for (const track of flows.keys()) cut(track);
    },
    keys: () => [...flows.keys()],
  };
}
