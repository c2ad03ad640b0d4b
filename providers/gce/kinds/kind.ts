import type { KindPolicy } from '../../../src/graph/plan.ts';
import type { Ref, SharedRef } from '../../../src/graph/resource.ts';
import type { Body, CollectionName } from '../compute/calls.ts';
import type { ResourcePath } from '../paths.ts';

/** What a spec of our graph needs to know about the rest of the cloud when it is read from an API body. */
export interface Reading {
  /** The path as a reference when it is the owner's or the cluster's, else as it is. */
  readonly refTo: (path: ResourcePath) => Ref | SharedRef | string;
  /** An IP as a reference to the address that gives it, own or requested, else as it is. */
  readonly addressOf: (ip: string) => Ref | string;
}

/** And when it is written. Throws `not-found` while something it needs is not there yet. */
export interface Writing {
  readonly pathTo: (target: Ref | SharedRef | string) => ResourcePath;
  readonly ipOf: (target: Ref | string) => string;
}

/** How one kind of our graph is kept in a collection of the API. */
export interface Kind<S extends object> {
  readonly collection: CollectionName;
  readonly policy: KindPolicy<S>;
  /** The fields of an answer that are kept; the rest is never looked at. */
  readonly fields: readonly string[];
  readonly specOf: (body: Body, reading: Reading) => S;
  /** All that insert and update set besides name and description. */
  readonly bodyOf: (spec: S, writing: Writing) => Body;
}
