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
  /** Name of the Go type where it is not the plain one (`v1.ServiceType`): it shows in type errors. */
  readonly goType?: string;
}

export interface ListSchema {
  readonly type: 'list';
  readonly items: Schema;
}

export interface MapSchema {
  readonly type: 'map';
  readonly values: Schema;
  /** `atomic`: server-side apply takes the map as one value. */
  readonly mapType?: 'atomic';
  readonly goType?: string;
}

export interface ObjectSchema {
  readonly type: 'object';
  /** Name of the OpenAPI definition: `io.k8s.api.core.v1.ServicePort`. */
  readonly name: string;
  readonly description: string;
  /** In the order of the answers. */
  readonly fields: Readonly<Record<string, Field>>;
  /** `atomic`: server-side apply takes the object as one value. */
  readonly mapType?: 'atomic';
}

export interface Field {
  readonly schema: Schema;
  readonly description: string;
  readonly required?: true;
  readonly default?: Json;
  /** Always there in answers (no `omitempty` in Go, or a struct by value): as zero, `{}`, or `null` for lists, maps, times. */
  readonly keepEmpty?: true;
  /** A scalar behind a pointer in Go: a zero that was given is kept in answers. */
  readonly pointer?: true;
  /** Strategic merge: `x-kubernetes-patch-strategy` and `-merge-key`. */
  readonly patchStrategy?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys';
  readonly mergeKey?: string;
  /** Server-side apply: `x-kubernetes-list-type` and `-list-map-keys`. */
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
}
