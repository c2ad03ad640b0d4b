import type { ErrorReason, PorticoError } from './errors.ts';
import type { Graph, ResourceId } from './graph/resource.ts';
import type { Policies, Step } from './graph/plan.ts';
import type { ClusterIntent, IpFamily, LoadBalancerIntent, NodeTarget, Scheme } from './model/intent.ts';
import type { EventReason } from './model/event-reasons.ts';
import type { Owner, ServiceOwner } from './model/owner.ts';

/** How the outside reaches a balancer. */
export type Ingress = { readonly ip: string } | { readonly hostname: string };

/**
 * What the cloud chose earlier and must not change. It is read from the cloud, never from Kubernetes: a person who may
 * edit a Service's status must not be able to claim an address with it.
 */
export interface Sticky {
  /** Addresses that belong to this owner, whatever part of the graph still holds them. */
  readonly addresses: readonly StickyAddress[];
  /** Zones for which the shared graph already holds something; kept while the cluster has a Service. */
  readonly zones: readonly string[];
  /**
   * What of the owner's stands on something that is another's by now, and has to give way: it is not wanted again before
   * that is free.
   */
  readonly misplaced?: readonly ResourceId[];
  /** Of what all Services share: whether something that is nobody's by now stands on it. Then it stays, and follows the nodes. */
  readonly lent?: boolean;
  /** Zones that exist, so that nothing is made for one that does not; left out where the cloud does not tell. */
  readonly knownZones?: readonly string[];
}

/** An address is kept only for the scheme it was given out for: an internal balancer cannot take an external address. */
export interface StickyAddress {
  readonly scheme: Scheme;
  readonly family: IpFamily;
  readonly ip: string;
}

export const nothingSticky: Sticky = { addresses: [], zones: [] };

/** The address of this scheme and family that must not change; null when the cloud may choose. */
export const stickyIp = (sticky: Sticky, scheme: Scheme, family: IpFamily): string | null =>
  sticky.addresses.find((held) => held.scheme === scheme && held.family === family)?.ip ?? null;

export interface Observation {
  /** All that carries the owner's mark, as specs that `desired` could have made. */
  readonly graph: Graph;
  /** Wanted ids under whose name something sits that is not this owner's, with what it is. Never touched. */
  readonly foreign: ReadonlyMap<ResourceId, string>;
  readonly sticky: Sticky;
  /** Addresses that forward to this owner's backends now; empty until everything they need is there. */
  readonly ingress: readonly Ingress[];
  /** How many machines are in the groups that the owner holds; left out where it holds none of its kind. */
  readonly members?: number;
  /** Why an address that should be reserved is in use without being so; left out when all is as wanted. */
  readonly unreserved?: { readonly reason: ErrorReason; readonly message: string };
  /** Milliseconds after which something may have changed that nobody will tell; left out when nothing is waited for. */
  readonly lookAgainMs?: number;
  /** When the oldest of it was made, in milliseconds since the epoch; left out when there is nothing, or it is not known. */
  readonly since?: number;
}

/** Something a person should know about a step that counts as done, such as the exact command for an administrator. */
export interface Notice {
  /** The reason of the Event, with which its type goes. */
  readonly reason: EventReason;
  readonly message: string;
  /** The nodes it is about, by `spec.providerID`; left out, it is about the owner. */
  readonly nodes?: readonly string[];
}

/** Whether a node can carry traffic in a cloud, and where it is there. */
export type Admission =
  | { readonly kind: 'admitted'; readonly node: NodeTarget }
  /** `why` ends the sentence "The node gets no traffic: …". */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * One kind of wish and the graph that fulfils it. Implementations must hold the laws in `providers/conformance`.
 * All errors are PorticoErrors with the code that `errorRules` documents.
 */
export interface Reconcilable<Intent> {
  readonly policies: Policies;
  /** Pure, and blind to the order of lists in the intent. Throws `invalid` or `unsupported` for what it cannot do. */
  desired(intent: Intent, sticky: Sticky): Graph;
  /**
   * What is there. `wanted` are the ids about to be asked for, so that foreign things under their names are found.
   * Rejects with `invalid` when something that a person was to provide is not there: then nothing is begun.
   */
  observe(owner: Owner, wanted: Iterable<ResourceId>, signal: AbortSignal): Promise<Observation>;
  /** What a person should know about a wish that is fulfilled in part only. Pure. */
  remarks?(intent: Intent, sticky: Sticky): readonly Notice[];
  /** Why a person has to act before anything of a plan with this step can be done; then nothing of it is begun. Pure. */
  readonly refuses?: (step: Step) => PorticoError | undefined;
  /**
   * Does one step and waits until it is done. Safe to repeat after any failure or lost answer. `exists` is called when what
   * is made can be referred to before all of the step is done.
   */
  execute(step: Step, owner: Owner, signal: AbortSignal, exists?: () => void): Promise<readonly Notice[]>;
}

export interface Capabilities {
  readonly schemes: readonly Scheme[];
  readonly families: readonly IpFamily[];
  /** Whether one Service may listen on TCP and UDP. */
  readonly mixedProtocols: boolean;
  /** Whether a Service's own graph depends on single nodes, so that node changes concern each Service. */
  readonly nodesPerService: boolean;
}

/** A node behind a balancer, as the cloud's own probes see it. */
export interface NodeHealth {
  readonly node: string;
  readonly healthy: boolean;
}

/** What a Service's owner may have kept when the Service goes. */
export type Retained = 'address' | 'everything';

export interface Retention {
  /** The part of what an owner has that is to stay, as it must be to last. Pure. */
  lasting(held: Graph, what: Retained): Graph;
  /**
   * Takes the owner's mark off these: they are nobody's from then on, like what a person made. Safe to repeat, and blind to
   * what is not there or not the owner's.
   */
  disown(owner: Owner, ids: readonly ResourceId[], signal: AbortSignal): Promise<void>;
}

/** The provisioning interface: the port that every cloud implements. */
export interface Provider extends Reconcilable<LoadBalancerIntent> {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Looks at a node before anything is made for it. Pure; left out, nodes are taken as they are. */
  readonly admit?: (node: NodeTarget) => Admission;
  /** What all Services share: node groups, rules for health checks. */
  readonly cluster: Reconcilable<ClusterIntent>;
  /** How something outlives its Service; left out where nothing can. */
  readonly retention?: Retention;
  /**
   * Before an owner is let go: finds what of it `observe` may not know, such as what a process before this one made right before
   * the cloud was listed. Left out where lists are never behind.
   */
  search?(owner: ServiceOwner, signal: AbortSignal): Promise<void>;
  /** Owners of this cluster that hold anything in the cloud, whether or not their Service still exists. */
  owners(cluster: string, signal: AbortSignal): Promise<readonly Owner[]>;
  /** Ids of all clusters that hold anything in the cloud, sorted, so that a mistaken id can be told from a clean cloud. */
  clusters?(signal: AbortSignal): Promise<readonly string[]>;
  /** The nodes behind the owner's balancer, by name; left out where the cloud does not tell. */
  health?(owner: Owner, signal: AbortSignal): Promise<readonly NodeHealth[]>;
  /**
   * Forgets what was cached from the cloud, so that the next observation lists again. After a takeover another process wrote
   * until a moment ago, which a list that is behind may not show yet.
   */
  refresh(after?: 'takeover'): void;
  /** How many entries are remembered because of Services, by what they are about; what goes by time is left out. */
  sizes?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
