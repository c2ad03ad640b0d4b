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
