import type { Json } from '../json.ts';

/**
 * The shape of a kind, as data: it drives decoding (types, unknown fields, order of keys in answers), strategic merge,
 * server-side apply, table column descriptions and the OpenAPI documents.
 */
export type Schema = ScalarSchema | ListSchema | MapSchema | ObjectSchema;

export interface ScalarSchema {
  readonly type:
    | 'string'
    | 'boolean'
    | 'int32'
    | 'int64'
    | 'double'
    | 'time'
    | 'micro-time'
    | 'bytes'
    | 'int-or-string'
    | 'quantity'
    | 'any';
}

export interface ListSchema {
  readonly type: 'list';
  readonly items: Schema;
}

export interface MapSchema {
  readonly type: 'map';
  readonly values: Schema;
}

export interface ObjectSchema {
  readonly type: 'object';
  /** Name of the OpenAPI definition: `io.k8s.api.core.v1.ServicePort`. */
  readonly name: string;
  readonly description: string;
  /** In the order of the answers. A thunk where types refer to each other. */
  readonly fields: Readonly<Record<string, Field>>;
  /** `atomic`: server-side apply takes the object as one value. */
  readonly mapType?: 'atomic';
}

export interface Field {
  readonly schema: Schema;
  readonly description: string;
  readonly required?: true;
  readonly default?: Json;
  /** The zero value is kept in answers (no `omitempty` in Go), as `null` for lists and maps. */
  readonly keepEmpty?: true;
  /** Strategic merge: `x-kubernetes-patch-strategy` and `-merge-key`. */
  readonly patchStrategy?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys';
  readonly mergeKey?: string;
  /** Server-side apply: `x-kubernetes-list-type` and `-list-map-keys`. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
}
