import type { ApiCall, Body } from './calls.ts';

/** Makes one call, once: no retry, no waiting. Rejects with a PorticoError that carries the classified code. */
export interface Wire {
  call(call: ApiCall, signal: AbortSignal): Promise<Body>;
  close(): Promise<void>;
}
