/** One HTTP exchange with the Compute API, free of any library's types. */
export interface HttpRequest {
  readonly method: string;
  /** From `/compute/v1/projects/` on, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Carries requests to the API and answers back, whatever their status. Rejects with `unreachable` when no answer came
 * and with `aborted` once the signal is aborted.
 */
export interface Transport {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}
