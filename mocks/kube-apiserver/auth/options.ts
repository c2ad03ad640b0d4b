/** Who may call the API, and what they may do. */
export interface AuthOptions {
  /** Default `RBAC`: what roles and bindings in the cluster allow. `AlwaysAllow`: anybody with a name, everything. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow';
  readonly tokens?: readonly StaticToken[];
  /** Whether requests without credentials are let in as `system:anonymous`. Default false: they get 401. */
  readonly anonymous?: boolean;
}

/** A bearer token that never expires, as a line of the file that the real server's `--token-auth-file` names. */
export interface StaticToken {
  readonly token: string;
  readonly user: string;
  readonly uid?: string;
  /** `system:authenticated` comes by itself; `system:masters` may do everything. */
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}
