import type { Kind, KubeObject } from '../kind.ts';

/** What decoding needs of a request. */
export interface BodyRequest {
  readonly cluster: { readonly kinds: readonly Kind[] };
  readonly kind: Kind;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly body: Uint8Array;
}

export interface Decoded {
  readonly object: KubeObject;
  /** Texts of Warning headers: unknown and repeated fields. */
  readonly warnings: readonly string[];
}

/** How unknown and repeated fields are met; `Warn` when the request does not say. */
export function fieldValidation(request: Pick<BodyRequest, 'query'>): 'Strict' | 'Warn' | 'Ignore' {
  const given = request.query.get('fieldValidation');
  return given === 'Strict' || given === 'Ignore' ? given : 'Warn';
}
