export type Protocol = 'TCP' | 'UDP';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What the first packet of a flow says, in the addresses of cluster and cloud (see `address-plan.ts`). */
export interface Packet {
  readonly protocol: Protocol;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** What becomes of a packet. */
export type Verdict =
  | Forward
  /** A server of the node itself answers, over HTTP. */
  | { readonly type: 'serve'; readonly answer: (path: string) => NodeAnswer; readonly delayMs?: number }
  /** The client is told at once that nobody is there. */
  | { readonly type: 'reject'; readonly why: string }
  /** Nobody answers. */
  | { readonly type: 'drop'; readonly why: string };

export interface Forward {
  readonly type: 'forward';
  readonly to: Endpoint;
  /** The address from which the packet seems to come, where it arrives. */
  readonly source: string;
  /** The machines that it passes. */
  readonly hops: readonly string[];
  /** What the flow belongs to: with that it can be cut off. */
  readonly track?: string;
  /** By how much each packet is later for what it passes, in milliseconds. */
  readonly delayMs?: number;
}

export interface NodeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const drop = (why: string): Verdict => ({ type: 'drop', why });
export const reject = (why: string): Verdict => ({ type: 'reject', why });
