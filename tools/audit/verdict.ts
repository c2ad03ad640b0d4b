/** What `npm audit --json` said, as far as it decides something. */
export type Verdict =
  | { readonly kind: 'unanswered'; readonly why: string }
  | { readonly kind: 'clean'; readonly packages: number; readonly minor: number }
  | { readonly kind: 'vulnerable'; readonly packages: readonly string[] };

interface Report {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
}

const grave: readonly string[] = ['high', 'critical'];

/**
 * Reads the JSON of `npm audit`. What is not a report is `unanswered`, never `clean`: mirrors of the registry often do
 * not serve advisories. https://docs.npmjs.com/cli/commands/npm-audit
 */
export function verdict(text: string): Verdict {
  const report = parsed(text);
  if (!report?.vulnerabilities || report.metadata?.dependencies?.total === undefined) {
    return { kind: 'unanswered', why: report?.message?.split(' - ')[0] ?? 'no report came' };
  }
  const found = Object.entries(report.vulnerabilities);
  const bad = found.filter(([, { severity }]) => grave.includes(severity));
  if (bad.length === 0) {
    return { kind: 'clean', packages: report.metadata.dependencies.total, minor: found.length };
  }
  return {
    kind: 'vulnerable',
    packages: bad.map(([name, { severity, range }]) => `${name} ${range} (${severity})`),
  };
}

function parsed(text: string): Report | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
