import type { Call } from './cluster.ts';
import type { Json, JsonObject } from './json.ts';
import type { Outcome } from './rest/outcome.ts';
import type { ObjectSchema } from './schema/schema.ts';
import type { KubeAnswer } from './wire.ts';

/**
 * The seam between the server (routing, storage, watch, auth) and what it serves. A kind is one file of data plus pure
 * functions; the server knows no kind by name. Adding one is a file in `kinds/` and a line in `kinds/served.ts`.
 */
export interface Kind extends KindName {
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  readonly schema: ObjectSchema;
  readonly strategy: Strategy;
  /** Field selectors besides metadata.name and metadata.namespace; a value of `undefined` counts as empty. */
  readonly selectableFields: Readonly<Record<string, (object: KubeObject) => string>>;
  readonly table: Table;
  /** What a DELETE of one object answers: the object as it was, or a `Status` of success. */
  readonly deleteAnswer: 'object' | 'status';
  /** A PUT to a name that does not exist creates it (201) instead of 404. */
  readonly createsOnPut: boolean;
  /** An update or patch may come without resourceVersion. (A Lease may not.) */
  readonly unconditionalUpdate: boolean;
  /** Two kinds that show the same stored objects (core and events.k8s.io Events) name one storage. */
  readonly storage?: SharedStorage;
  /** Seconds a DELETE leaves the object before it goes (pods); without it, none. `requested` is from the caller. */
  graceSeconds?(object: KubeObject, requested: number | undefined): number;
  /** Whether something besides metadata.finalizers holds a deleted object (a Namespace until it is empty). */
  holdsContent?(object: KubeObject): boolean;
  /** Why this object cannot be deleted at all (403), if so. */
  undeletable?(object: KubeObject): string | undefined;
  /** Changes to an object that was just marked as deleted (a Namespace turns `Terminating`). */
  whenDeleting?(object: KubeObject): KubeObject;
  /** Answers what is posted instead of storing it: reviews. */
  respond?(call: Call): Outcome;
  /** Refuses a write for what it would give away, before it is validated (roles, bindings). @throws {ApiError} 403 */
  authorizeWrite?(call: Call, object: KubeObject, old: KubeObject | undefined): void;
  /** No watch cache holds the kind: reads of any resourceVersion go to the storage, which has no bookmarks. */
  readonly uncached?: true;
  /** Its schema does not tell what is inside, so that it is written as JSON and YAML alone, and read so unless there is a `protobufBody`. */
  readonly keptAsGiven?: true;
  /** How a kind that is kept as given is read from protobuf. */
  readonly protobufBody?: ObjectSchema;
  /** Warning headers of every answer: deprecations. */
  readonly warning?: string;
}

/** What error messages and paths need of a kind. */
export interface KindName {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** CamelCase singular: `Service`. */
  readonly kind: string;
  readonly plural: string;
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface Subresource {
  readonly name: string;
  readonly verbs: readonly Verb[];
  /** The kind it takes and answers when it is another one: `Scale` of autoscaling/v1, `Binding`, `Eviction`. */
  readonly kind?: Omit<KindName, 'plural'>;
  /** Answers a request when the body is not the object itself. */
  handle?(call: Call, verb: Verb): Outcome;
  /** Answers a request with something that is no object. */
  stream?(call: Call): KubeAnswer;
}

export interface SharedStorage {
  /** Group and plural under which the objects are stored. */
  readonly group: string;
  readonly plural: string;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

/** Any object; `metadata` is always there once the body is decoded. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject;
}

/** One cause of a 422. `message` is without the field: `Invalid value: 1: must be …`. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly message: string;
  /** Path as Kubernetes writes it: `spec.ports[0].nodePort`. */
  readonly field: string;
}

export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/**
 * The rules of a kind; every function is pure and leaves its arguments alone. The server itself does what all kinds
 * share: name, generateName, namespace, uid, timestamps, resourceVersion, finalizers and deletion, ownership of fields.
 *
 * create:  decode → defaults → prepareCreate → allocate → validateCreate → store
 * update:  decode or patch → defaults → prepareUpdate → allocate → validateUpdate → store (nothing when nothing changed)
 * status:  decode or patch → defaults → prepareStatusUpdate → validateStatusUpdate → store
 *
 * Validation covers metadata as well (names, labels, annotations, finalizers, owner references, immutable metadata).
 */
export interface Strategy {
  /** Fills in what the body left out. Runs on every decoded or patched object, and must be idempotent. */
  defaults(object: KubeObject): KubeObject;
  /** Drops what a client may not set on create (status, generation), sets generation where the kind has one. */
  prepareCreate(object: KubeObject, context: RequestContext): KubeObject;
  /** Keeps the old status; raises generation when the spec changed and the kind has one. */
  prepareUpdate(object: KubeObject, old: KubeObject, context: RequestContext): KubeObject;
  /** Keeps the old spec. */
  prepareStatusUpdate(object: KubeObject, old: KubeObject, context: RequestContext): KubeObject;
  validateCreate(object: KubeObject): readonly FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject): readonly FieldError[];
  validateStatusUpdate(object: KubeObject, old: KubeObject): readonly FieldError[];
  /** `Warning` headers of a create or update that succeeds. */
  warnings?(object: KubeObject, old: KubeObject | undefined): readonly string[];
  /** Before validation: fills in what is unique in the cluster (clusterIP, nodePort). */
  allocate?(object: KubeObject, old: KubeObject | undefined, context: AllocationContext): Allocated;
  /** What this object holds of the pools. The store derives `taken` from it, so that nothing is ever leaked. */
  claims?(object: KubeObject): readonly Claim[];
}

export type Allocated = { readonly object: KubeObject } | { readonly errors: readonly FieldError[] };

/** A value that only one object may hold: pool `clusterIP`, value `10.96.0.10`; pool `nodePort`, value `TCP/30123`. */
export interface Claim {
  readonly pool: string;
  readonly value: string;
}

export interface RequestContext {
  /** RFC 3339 with seconds, as in creationTimestamp. */
  readonly now: string;
  /** Who asks; empty name when auth is off. */
  readonly user: string;
  readonly dryRun: boolean;
  /** In [0, 1), from the server's seed. */
  readonly random: () => number;
}

export interface AllocationContext extends RequestContext {
  /** Whether another object than the one being written holds the value. */
  taken(pool: string, value: string): boolean;
}

/** Columns after which `kubectl get` prints; `Name` first, as in the real server. */
export interface Table {
  readonly columns: readonly Column[];
  /** One cell per column. `nowMs` is for ages. */
  readonly cells: (object: KubeObject, nowMs: number) => readonly Json[];
}

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  /** `name` marks the name column. */
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
}
