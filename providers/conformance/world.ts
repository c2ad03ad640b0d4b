import type { ErrorCode } from '../../src/errors.ts';
import type { ResourceId } from '../../src/graph/resource.ts';
import type { IpFamily, NodeTarget, Scheme } from '../../src/model/intent.ts';
import type { Provider } from '../../src/provider.ts';

/**
 * A cloud of its own with nothing in it, the adapter under test in front of it, and the hands of others: what the author
 * of an adapter supplies. Each case of each law gets a fresh one.
 */
export interface World {
  /** The adapter as a new process has it: same cloud, same configuration, nothing remembered. */
  provider(): Provider;

  /** At least two zones in which machines can stand, sorted. */
  readonly zones: readonly string[];

  /** Makes a machine of that name and gives it as the node that Kubernetes would report. Machines are not in `snapshot`. */
  addMachine(name: string, zone: string): Promise<NodeTarget>;

  /**
   * All that is in the cloud, whoever made it: one entry per resource, with a value that changes when anything changes
   * that a person could set. Leave out what the cloud counts or stamps by itself: operations, times, fingerprints, users.
   */
  snapshot(): Promise<ReadonlyMap<string, string>>;

  /** Puts something of somebody else's, valid in itself and without any mark, under the name that `id` would have. */
  plant(id: ResourceId): Promise<void>;

  /** Deletes a resource past the adapter. False when the cloud refuses because something uses it. */
  remove(id: ResourceId): Promise<boolean>;

  /** Changes a setting that the spec of `id` governs, past the adapter. False when the cloud lets nothing of it be changed. */
  edit(id: ResourceId): Promise<boolean>;

  /** A static address of a person's, without any mark. */
  reserveAddress(scheme: Scheme, family: IpFamily): Promise<{ readonly name: string; readonly ip: string }>;

  /**
   * `hook` sees every call that the adapter makes from now on, before the cloud does, and may have it fail. It replaces
   * the hook before it; undefined takes it away. The hands above are not calls of the adapter.
   */
  intercept(hook: ((call: Call) => Fault | undefined) | undefined): void;

  close(): Promise<void>;
}

/** One request to the cloud. */
export interface Call {
  /** Whether it asks for a change. Reads and waiting for operations do not. */
  readonly writes: boolean;
}

export interface Fault {
  /** `before`: the cloud does nothing. `after`: it does the work, and the answer is the failure. */
  readonly when: 'before' | 'after';
  /** How the call fails, in whatever way this cloud says it: `unreachable` is a broken connection. */
  readonly code: FaultCode;
}

export type FaultCode = Extract<ErrorCode, 'transient' | 'unreachable' | 'throttled' | 'denied' | 'quota'>;

export type FreshWorld = () => Promise<World>;
