import type { Document } from './json.ts';
import type { Kind, Site } from './kind.ts';
import { globalScope, type Scope } from './links.ts';
import type { Operation, OperationFailure, OperationLog, OperationRequest } from './operation-log.ts';
import type { Quotas } from './quotas.ts';
import type { ResourceStore } from './resource-store.ts';

export interface Workshop {
  readonly site: Site;
  readonly store: ResourceStore;
  readonly operations: OperationLog;
  readonly quotas: Quotas;
  /** RFC 3339 in the API's zone. */
  readonly stamp: () => string;
  readonly newId: () => string;
  readonly nextSequence: () => number;
}

export interface Call {
  readonly kind: Kind;
  readonly scope: Scope;
  readonly body: Document;
  /** Top-level fields that the request set to null: a patch clears them. */
  readonly cleared: readonly string[];
  readonly query: URLSearchParams;
  readonly requestId: string | undefined;
  readonly failure: OperationFailure | undefined;
}

/** A call of the service's own. */
export const callOf = (kind: Kind, scope: Scope, body: Document): Call => {
  return { kind, scope, body, cleared: [], query: new URLSearchParams(), requestId: undefined, failure: undefined };
};

/** The same, with operations that are over at once and that nobody sees. */
export function withoutDelay(shop: Workshop): Workshop {
  const done: Operation = { name: '', startedAt: 0, sequence: 0, scope: globalScope, done: true, show: () => ({}) };
  const start = ({ commit }: OperationRequest) => {
    commit();
    return done;
  };
  return { ...shop, operations: { ...shop.operations, start } };
}
