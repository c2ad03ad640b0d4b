import type { Clock } from '../../src/clock.ts';
import { asPorticoError, PorticoError } from '../../src/errors.ts';
import type { Owner, ServiceOwner } from '../../src/model/owner.ts';
import { type Claims, claims as createClaims } from './claims.ts';
import { collections } from './compute/calls.ts';
import { type Compute, itemsOf } from './compute/compute.ts';
import { text } from './compute/fields.ts';
import type { GceConfig } from './config.ts';
import { type Deferrals, deferrals } from './deferrals.ts';
import {
  addressing,
  type Doubt,
  type Held,
  heldFrom,
  type Inventory,
  inventory,
  listLag,
  type OpenDoubt,
} from './inventory.ts';
import { kindOf } from './kinds/kinds.ts';
import { isIp } from './kinds/requested-address.ts';
import { listAll, withMembers } from './listing.ts';
import { partsOf, type ResourcePath } from './paths.ts';
import { possibleOf } from './possible.ts';
import { waitOut } from './running.ts';
import { singleFlight } from './single-flight.ts';

/** The Compute API and what is known of it, for one project and region. */
export interface Cloud {
  readonly config: GceConfig;
  readonly compute: Compute;
  readonly known: Inventory;
  /** Zones of the region; empty before the cloud was listed. */
  readonly zones: ReadonlySet<string>;
  /** Machines that the API said do not exist. */
  readonly goneMachines: Deferrals<ResourcePath>;
  /** Addresses for which the quota did not suffice. */
  readonly unreserved: Deferrals<ResourcePath>;
  /** Addresses that are reserved only until their rule is made, and those whose rule is being replaced. */
  readonly passing: Set<ResourcePath>;
  readonly replacing: Set<ResourcePath>;
  /** Work on one path at a time: runs when what was asked for the path before is over. */
  alone<T>(path: ResourcePath, work: () => Promise<T>): Promise<T>;
  /** Who goes to which address that a person reserved. */
  readonly claims: Claims;
  /** What an administrator was asked to run, by the firewall rule it is for. */
  readonly asked: Map<ResourcePath, string>;
  /** Lists the cloud when that was not done yet, and reads again what is in doubt for the owner. */
  settle(owner: Owner, signal: AbortSignal): Promise<void>;
  /** Lists the cloud when that was not done yet. */
  listed(signal: AbortSignal): Promise<void>;
  /**
   * Reads, by their names, what the owner could have and the list may have missed: what a process before this one made right
   * before it was listed. Later the cloud is listed a second time instead, and from then on it costs nothing.
   */
  search(owner: ServiceOwner, signal: AbortSignal): Promise<void>;
  /** Reads one resource and records what is there. */
  reread(doubt: Doubt, signal: AbortSignal): Promise<Held | undefined>;
  /** A static address by its IP or name, whoever has it. */
  findAddress(ipOrName: string, signal: AbortSignal): Promise<Held | undefined>;
  /** Lists again. After a takeover what this process knew, and what a list shows, may both be behind. */
  forget(takeover: boolean): void;
  /** How many entries are remembered because of Services, by what they are about. */
  sizes(): Readonly<Record<string, number>>;
}

/** Milliseconds. A machine is usually there soon after its node, or never; a quota is raised by a person. */
const machinePause = { first: 30_000, longest: 300_000 };
const quotaPause = { first: 60_000, longest: 600_000 };

export function cloud(config: GceConfig, compute: Compute, clock: Clock): Cloud {
  const known = inventory(() => clock.monotonic());
  const goneMachines = deferrals<ResourcePath>(clock, machinePause.first, machinePause.longest);
  const unreserved = deferrals<ResourcePath>(clock, quotaPause.first, quotaPause.longest);
  const passing = new Set<ResourcePath>();
  const replacing = new Set<ResourcePath>();
  const busy = new Map<ResourcePath, Promise<unknown>>();
  const asked = new Map<ResourcePath, string>();
  const claims = createClaims(clock);
  const state = {
    epoch: 0,
    listed: -1,
    zones: new Set<string>() as ReadonlySet<string>,
    /** When the first listing began, and whether one began so much later that it missed nothing of a process before. */
    first: null as number | null,
    complete: false,
    /** Whether what an earlier term of this process left in doubt may be about Services that another process cleaned up since. */
    inherited: false,
    /** What was in doubt when the last listing ended. */
    doubted: new Set<ResourcePath>() as ReadonlySet<ResourcePath>,
  };

  const list = singleFlight(async (signal) => {
    const [began, at] = [state.epoch, clock.monotonic()];
    state.first ??= at;
    const finish = known.listing();
    const all = await listAll(config, compute, signal).catch((error: unknown) => {
      finish.abandon();
      throw error;
    });
    const lingering = await lookAtLingering(signal);
    const looked = new Set(lingering.map(({ doubt }) => doubt.path));
    const others = all.held.filter(({ path }) => !looked.has(path));
    finish.complete([...others, ...lingering.flatMap(({ held }) => held ?? [])], looked);
    // A doubt that came meanwhile is another one.
    const open = new Set(known.doubts());
    for (const { doubt } of lingering) if (open.has(doubt)) known.settle(doubt.owner, doubt);
    // Some go otherwise than by what we do.
    for (const path of passing) if (!known.at(path)) passing.delete(path);
    state.zones = all.zones;
    goneMachines.hasten();
    unreserved.hasten();
    // Of a Service that is gone nobody observes what is in doubt.
    if (state.inherited) await settle(known.doubts(), signal);
    state.doubted = new Set(known.doubts().map(({ path }) => path));
    state.inherited &&= began !== state.epoch;
    state.listed = began;
    state.complete ||= at - state.first >= listLag;
  });

  const listed = async (signal: AbortSignal): Promise<void> => {
    if (signal.aborted)
      throw new PorticoError('aborted', 'Stopped before the cloud was asked.', { cause: signal.reason });
    // What was asked to be forgotten while a listing ran is listed again.
    if (state.listed < state.epoch) {
      await list(signal);
      await listed(signal);
    }
  };

  const look = async (doubt: Doubt, signal: AbortSignal): Promise<Held | undefined> => {
    const { collection } = kindOf(doubt.kind);
    const zonal = collections[collection].scope === 'zone';
    const body = await compute.get({ collection, ...addressing(doubt.path) }, signal).catch((thrown: unknown) => {
      // A zone that does not exist is refused as malformed, and holds nothing.
      if (zonal && asPorticoError(thrown).code === 'invalid') return undefined;
      throw thrown;
    });
    return body && (await withMembers(compute, heldFrom(config, doubt.kind, body), signal));
  };

  const reread = async (doubt: Doubt, signal: AbortSignal): Promise<Held | undefined> => {
    const held = await look(doubt, signal);
    known.set(doubt.path, held);
    return held;
  };

  /**
   * What stays in doubt from one listing to the next is about Services that nobody works on any more. It is looked at as a part
   * of the listing, which gives way to what passes do meanwhile; what cannot be read now stays in doubt.
   */
  const lookAtLingering = async (
    signal: AbortSignal,
  ): Promise<readonly { readonly doubt: OpenDoubt; readonly held: Held | undefined }[]> => {
    const lingering = known.doubts().filter(({ path }) => state.doubted.has(path));
    if (lingering.length === 0) return [];
    try {
      await waitOut(config, compute, signal);
      return await Promise.all(lingering.map(async (doubt) => ({ doubt, held: await look(doubt, signal) })));
    } catch {
      return [];
    }
  };

  /** As a list: who may not read the host project's rules is taken to have none. */
  const read = async (doubt: Doubt, signal: AbortSignal): Promise<void> => {
    try {
      await reread(doubt, signal);
    } catch (thrown) {
      const isHosts = partsOf(doubt.path).project !== config.project;
      if (asPorticoError(thrown).code !== 'denied' || !isHosts) throw thrown;
    }
  };

  const settle = async (doubts: readonly OpenDoubt[], signal: AbortSignal): Promise<void> => {
    if (doubts.length > 0) await waitOut(config, compute, signal);
    for (const doubt of doubts) {
      await read(doubt, signal);
      known.settle(doubt.owner, doubt);
    }
  };

  const findAddress = async (ipOrName: string, signal: AbortSignal): Promise<Held | undefined> => {
    const byIp = isIp(ipOrName);
    const cached = byIp ? known.addressWith(ipOrName) : known.named(`address/${ipOrName}`)[0];
    if (cached) return cached;
    if (!byIp) {
      const path: ResourcePath = `projects/${config.project}/regions/${config.region}/addresses/${ipOrName}`;
      return reread({ kind: 'address', path }, signal);
    }
    const query = { filter: `address = "${ipOrName}"` };
    const pages = await compute.list(
      { collection: 'addresses', verb: 'list', project: config.project, location: config.region, query },
      signal,
    );
    for (const body of itemsOf(pages)) {
      const held = heldFrom(config, 'address', body);
      if (text(body, 'address') !== null) known.set(held.path, held);
    }
    return known.addressWith(ipOrName);
  };

  return {
    config,
    compute,
    known,
    get zones() {
      return state.zones;
    },
    goneMachines,
    unreserved,
    passing,
    replacing,
    alone(path, work) {
      const turn = (busy.get(path) ?? Promise.resolve()).then(work);
      const over = turn
        .catch(() => undefined)
        .finally(() => {
          if (busy.get(path) === over) busy.delete(path);
        });
      busy.set(path, over);
      return turn;
    },
    claims,
    asked,
    listed,
    reread,
    findAddress,
    async search(owner, signal) {
      await listed(signal);
      if (!state.complete && state.first !== null && clock.monotonic() - state.first >= listLag) {
        state.epoch += 1;
        await listed(signal);
      }
      if (state.complete) return;
      const unseen = possibleOf(config, owner, state.zones).filter(
        ({ path }) => !known.at(path) && !known.isFresh(path),
      );
      if (unseen.length === 0) return;
      await waitOut(config, compute, signal);
      await Promise.all(unseen.map((each) => read(each, signal)));
    },
    async settle(owner, signal) {
      await listed(signal);
      await settle(known.doubtsOf(owner), signal);
    },
    sizes: () => ({
      ...known.sizes(),
      asked: asked.size,
      busy: busy.size,
      claims: claims.size,
      passing: passing.size,
      replacing: replacing.size,
      unfinished: compute.unfinished,
    }),
    forget(takeover) {
      state.epoch += 1;
      if (!takeover) return;
      known.distrust();
      claims.clear();
      state.first = null;
      state.complete = false;
      state.inherited = true;
    },
  };
}
