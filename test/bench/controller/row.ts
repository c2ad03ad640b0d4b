/** One line of the result: a figure beside what it should be and what the Go controllers need. */
export interface Row {
  readonly work: string;
  readonly measured: string;
  readonly target: string;
  /** Undefined where nothing is promised. */
  readonly met: boolean | undefined;
  readonly peer: string;
}

/** Peers: the service controller of cloud-provider-gcp, measured against a fake with operations of one second. */
export const row = (work: string, measured: string, target: string, met: boolean | undefined, peer = ''): Row => ({
  work,
  measured,
  target,
  met,
  peer,
});

export const inUnits = (ms: number, latencyMs: number): string => {
  const units = Math.floor(ms / latencyMs);
  return `${units} L + ${Math.round(ms - units * latencyMs)} ms`;
};
