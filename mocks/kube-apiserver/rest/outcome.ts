import type { JsonObject } from '../json.ts';
import type { KubeObject } from '../kind.ts';

/** What a verb came to, before it is written in the format that was asked for. */
export type Outcome =
  | {
      readonly type: 'object';
      readonly status: number;
      readonly object: KubeObject;
      readonly warnings?: readonly string[];
    }
  | { readonly type: 'list'; readonly list: ListOutcome }
  /** A body of its own kind: Status, Scale, a review. */
  | {
      readonly type: 'plain';
      readonly status: number;
      readonly body: JsonObject;
      readonly warnings?: readonly string[];
    };

export interface ListOutcome {
  readonly resourceVersion: string;
  readonly objects: readonly KubeObject[];
  readonly continueToken?: string;
  readonly remaining?: number;
}
