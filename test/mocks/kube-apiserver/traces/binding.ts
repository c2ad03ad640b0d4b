/**
 * What stands in the mock's answers for what the recorded server chose by itself: uids, resourceVersions, names,
 * addresses, ports. A value is bound where it is first seen; from then on the two must go together.
 */
export interface Binding {
  /** Whether the pair goes together with what was seen before; the newest pair holds for later requests. */
  bind(pool: Pool, recorded: string, given: string): boolean;
  /** Binds a revision that is not of one object (a list's, a bookmark's): other writes may lie in between. */
  bindLoosely(recorded: string, given: string): void;
  /** A recorded text with every bound value replaced. */
  translate(text: string): string;
  /** The mock's revision for a recorded one; where it was never shown, that of the last one before it. */
  revision(recorded: string): string;
  value(pool: Pool, recorded: string): string | undefined;
}

export type Pool = 'uid' | 'revision' | 'name' | 'address' | 'port' | 'token' | 'time';

/** The recorded server had written at least so often before any case began. */
const firstRevision = 100;
/** Above it a revision is of the future on purpose. */
const lastRevision = 10_000;

const textPools: readonly Pool[] = ['uid', 'name', 'address', 'token', 'port'];

export function createBinding(current: () => number): Binding {
  const forward = new Map<string, string>();
  const backward = new Map<string, string>();
  const loose = new Map<string, string>();
  const pairs = new Map<Pool, Map<string, string>>();
  const value = (pool: Pool, recorded: string): string | undefined => forward.get(`${pool} ${recorded}`);

  return {
    value,
    bind(pool, recorded, given) {
      const known = value(pool, recorded);
      const other = backward.get(`${pool} ${given}`);
      if (known === given) return true;
      forward.set(`${pool} ${recorded}`, given);
      backward.set(`${pool} ${given}`, recorded);
      const pool_ = pairs.get(pool) ?? new Map<string, string>();
      pairs.set(pool, pool_.set(recorded, given));
      // An address or port that was freed goes to another object.
      const reusable = pool === 'address' || pool === 'port';
      return known === undefined && (other === undefined || reusable);
    },
    bindLoosely(recorded, given) {
      loose.set(recorded, given);
    },
    translate(text) {
      let translated = text;
      for (const pool of textPools) {
        for (const [recorded, given] of pairs.get(pool) ?? []) translated = translated.replaceAll(recorded, given);
      }
      return translated;
    },
    revision(recorded) {
      const exact = value('revision', recorded) ?? loose.get(recorded);
      if (exact !== undefined || !/^[1-9]\d*$/.test(recorded)) return exact ?? recorded;
      const all = [...loose, ...(pairs.get('revision') ?? [])].map(([from, to]) => [Number(from), Number(to)] as const);
      const before = all.filter(([from]) => from < Number(recorded)).toSorted(([a], [b]) => b - a)[0];
      // Never shown: what it was when the case began, unless it is old or of the future on purpose.
      const number = Number(recorded);
      if (before === undefined) return number < firstRevision || number > lastRevision ? recorded : String(current());
      const after = all.some(([from]) => from > Number(recorded));
      // Later than all that was seen: as much later here.
      return String(after ? before[1] : before[1] + Number(recorded) - before[0]);
    },
  };
}
