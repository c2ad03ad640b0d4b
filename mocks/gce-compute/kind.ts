import type { Document, Json } from './json.ts';
import type { IpPools } from './ip-pools.ts';
import type { Key, Scope, ScopeType } from './links.ts';
import type { Entry } from './resource-store.ts';

export type Health = 'HEALTHY' | 'UNHEALTHY';

/** What the rules of a kind may see and use. */
export interface Site {
  readonly project: string;
  readonly region: string;
  readonly regions: readonly string[];
  readonly zones: readonly string[];
  readonly ips: IpPools;
  /** Ranges that external IPv4 addresses come from. */
  readonly externalRanges: readonly string[];
  readonly get: (key: Key) => Entry | undefined;
  readonly list: (collection: string, scope?: Scope) => readonly Entry[];
  readonly referrers: (key: Key) => readonly Entry[];
  /** `https://…/projects/P/` + key */
  readonly link: (key: string) => string;
  /** A kind's resource with its computed fields, as a GET would show it. */
  readonly show: (entry: Entry) => Document;
  readonly health: (group: Key, member: string, service?: Key) => Health;
}

/** A field that names other resources. `path` may pass through lists: `backends[].group`. */
export interface Reference {
  readonly path: string;
  readonly to: readonly string[];
  /** `inside`: the scope must be the same, or a zone of the region, or global. `project`: any scope. */
  readonly within: 'inside' | 'project';
  /** Legacy relations that never stop a deletion: members of a group. */
  readonly weak?: boolean;
}

export interface ActionRequest {
  readonly site: Site;
  readonly entry: Entry;
  readonly body: Document;
  readonly query: URLSearchParams;
}

/** A method of a kind besides the standard ones: an answer at once, or a change that takes an operation. */
export type Action =
  | { readonly answer: (request: ActionRequest) => Json }
  | {
      /** The body after the change; runs once to refuse at once, and again when the operation ends. */
      readonly change: (request: ActionRequest) => Document;
      /** Whether changes of the same resource may overlap (members of groups), or exclude one another. */
      readonly overlap?: boolean;
    };

export interface Kind {
  readonly collection: string;
  readonly message: string;
  /** As in "The health_check resource … is already being used by". */
  readonly noun: string;
  readonly scopes: readonly ScopeType[];
  /** Set by the server; ignored in requests. Those that every kind has are not repeated. */
  readonly outputs: readonly string[];
  /** What patch and update may change. */
  readonly mutable: readonly string[];
  readonly references: readonly Reference[];
  /** Shows a fingerprint; PUT needs the current one, and so does PATCH with `always`. */
  readonly fingerprinted?: boolean | 'always';
  readonly labels?: boolean;
  /** Checks values and fills in defaults, for an insert (`previous` absent) or a change. */
  readonly complete: (body: Document, place: Placement) => Document;
  /** Takes what only the cloud can give (an address). Returns the body with it. */
  readonly acquire?: (body: Document, place: Placement) => Document;
  readonly release?: (entry: Entry, site: Site) => void;
  /** Made and deleted along with it, by the service: the subnetworks of a network in auto mode. */
  readonly offspring?: (entry: Entry, site: Site) => readonly Offspring[];
  /** Refuses a deletion for reasons other than references. */
  readonly checkDelete?: (entry: Entry, site: Site) => void;
  /** Adds computed fields. */
  readonly show?: (entry: Entry, site: Site) => Document;
  readonly actions?: Readonly<Record<string, Action>>;
  /** Metrics of quota that one more resource counts for. */
  readonly quota?: (body: Document, scope: Scope) => readonly string[];
}

export interface Offspring {
  readonly collection: string;
  readonly scope: Scope;
  readonly body: Document;
}

export interface Placement {
  readonly site: Site;
  readonly scope: Scope;
  readonly key: Key;
  readonly previous?: Document | undefined;
}
