import type { FaultEffect } from '../../mocks/faults.ts';

/** Everything that a run follows from, as plain JSON: what the world does and when, and which faults wait where. */
export interface Story {
  /** Of the delays of calls and of the clocks' chance. */
  readonly seed: number;
  readonly clusters: readonly string[];
  /** Whether controllers elect a leader: then any number may run at once, else one at a time. */
  readonly election: boolean;
  /** How long a Lease lasts, in milliseconds; default: as long as the product's. */
  readonly leaseMs?: number;
  /** Between two sweeps of a controller, in milliseconds. */
  readonly sweepMs: number;
  readonly moments: readonly Moment[];
}

export interface Moment {
  /** Milliseconds after the start. */
  readonly at: number;
  readonly what: What;
}

export type Json = Readonly<Record<string, unknown>>;

interface InCluster {
  readonly cluster: string;
}

interface OfService extends InCluster {
  readonly name: string;
}

/** What a restarted controller may be told anew. */
export interface Settings {
  readonly nodeTags?: readonly string[];
  readonly manageFirewalls?: boolean;
  readonly workers?: number;
}

export type What =
  | ({
      readonly do: 'create-service';
      readonly annotations: Readonly<Record<string, string>>;
      readonly spec: Json;
    } & OfService)
  /** A JSON merge patch. */
  | ({ readonly do: 'edit-service'; readonly patch: Json } & OfService)
  | ({ readonly do: 'edit-status'; readonly patch: Json } & OfService)
  | ({ readonly do: 'delete-service' } & OfService)
  | ({ readonly do: 'add-node'; readonly node: string; readonly zone: string } & InCluster)
  | ({ readonly do: 'edit-node'; readonly node: string; readonly patch: Json } & InCluster)
  | ({ readonly do: 'remove-node'; readonly node: string; readonly machineToo: boolean } & InCluster)
  /** Somebody deletes one of our resources, or of those of a collection: the one at this place (modulo their number) in the order of names. */
  | { readonly do: 'delete-resource'; readonly which: number; readonly of?: string }
  /** Somebody changes one of our resources. `how` picks one of the changes for its kind. */
  | { readonly do: 'edit-resource'; readonly which: number; readonly how: number }
  /** Somebody deletes one of our resources and makes one of the same name without our mark. */
  | { readonly do: 'replace-resource'; readonly which: number }
  /** Somebody deletes one of our reservations and repents: it is made again with our mark, and with another IP. */
  | { readonly do: 'restore-address'; readonly which: number }
  /** Somebody makes something under a name that the Service will need. */
  | ({ readonly do: 'plant-foreign'; readonly role: string } & OfService)
  | { readonly do: 'reserve-address'; readonly name: string }
  /** With `lateMs` it dies while what it sends next is on its way, which arrives so much later. */
  | ({
      readonly do: 'crash';
      readonly downMs: number;
      readonly settings?: Settings;
      readonly lateMs?: number;
    } & InCluster)
  | ({ readonly do: 'restart'; readonly downMs: number; readonly settings?: Settings } & InCluster)
  /** One more controller begins and stands by; only with an election. */
  | ({ readonly do: 'stand-by' } & InCluster)
  /** The controller that leads, or that began last but so many, is stopped for a while, as a machine does that swaps, and goes on. */
  | ({ readonly do: 'freeze'; readonly which: number | 'leader'; readonly forMs: number } & InCluster)
  /** The next calls of the method (`*` for any run of characters) are hit, `times` of them. */
  | { readonly do: 'cloud-fault'; readonly method: string; readonly times: number; readonly effect: FaultEffect }
  | { readonly do: 'kube-fault'; readonly method: string; readonly times: number; readonly effect: FaultEffect }
  /** For this long, lists show what was there `staleMs` ago. */
  | { readonly do: 'stale-lists'; readonly forMs: number; readonly staleMs: number }
  /** Answers to lists of the cloud that are asked for in this time come so much later, and tell of when they were asked for. */
  | { readonly do: 'slow-lists'; readonly forMs: number; readonly extraMs: number }
  /** Operations that begin in this time take so much longer. */
  | { readonly do: 'slow-operations'; readonly forMs: number; readonly extraMs: number }
  | ({ readonly do: 'cut-watches' } & InCluster)
  | ({ readonly do: 'stall-watch'; readonly resource: 'services' | 'nodes'; readonly forMs: number } & InCluster)
  | ({ readonly do: 'compact' } & InCluster)
  | ({ readonly do: 'jump-clock'; readonly byMs: number } & InCluster);
