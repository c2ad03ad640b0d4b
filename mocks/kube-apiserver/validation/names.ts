/** Syntax of names, labels and ports; each function answers the messages of what is wrong, none when all is right. */

export type NameRule = (name: string, prefix: boolean) => readonly string[];

function tooLong(limit: number): string {
  return `must be no more than ${limit} bytes`;
}

function mustMatch(what: string, examples: readonly string[], pattern: string): string {
  const [first, ...others] = examples.map((each) => `'${each}'`);
  const list = [first, ...others.map((each) => ` or ${each}`)].join(', ');
  return `${what} (e.g. ${list}, regex used for validation is '${pattern}')`;
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain = String.raw`${label}(\.${label})*`;
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualified})?`;

const labelMessage = mustMatch(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
  label,
);
const subdomainMessage = mustMatch(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
  subdomain,
);
const qualifiedMessage = `name part ${mustMatch(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyName', 'my.name', '123-abc'],
  qualified,
)}`;
const labelValueMessage = mustMatch(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyValue', 'my_value', '12345'],
  labelValue,
);

const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${subdomain}$`);
const qualifiedPattern = new RegExp(`^${qualified}$`);
const labelValuePattern = new RegExp(`^${labelValue}$`);

export function wrongDnsLabel(value: string): readonly string[] {
  return [
    ...(byteLength(value) > 63 ? [tooLong(63)] : []),
    ...(labelPattern.test(value) ? [] : [subdomainPattern.test(value) ? 'must not contain dots' : labelMessage]),
  ];
}

export function wrongDnsSubdomain(value: string): readonly string[] {
  return [
    ...(byteLength(value) > 253 ? [tooLong(253)] : []),
    ...(subdomainPattern.test(value) ? [] : [subdomainMessage]),
  ];
}

/** Optional DNS prefix, a slash, and a name: keys of labels, classes, finalizers. */
export function wrongQualifiedName(value: string): readonly string[] {
  const parts = value.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedMessage.replace(/^name part /, '')} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const [prefix] = parts.length === 2 ? parts : [undefined];
  const prefixErrors =
    prefix === undefined
      ? []
      : prefix === ''
        ? ['prefix part must be non-empty']
        : wrongDnsSubdomain(prefix).map((message) => `prefix part ${message}`);
  return [
    ...prefixErrors,
    ...(name === '' ? ['name part must be non-empty'] : byteLength(name) > 63 ? [`name part ${tooLong(63)}`] : []),
    ...(qualifiedPattern.test(name) ? [] : [qualifiedMessage]),
  ];
}

export function wrongLabelValue(value: string): readonly string[] {
  return [
    ...(byteLength(value) > 63 ? [tooLong(63)] : []),
    ...(labelValuePattern.test(value) ? [] : [labelValueMessage]),
  ];
}

/** Of a generateName only what stands before the suffix is judged, so it may end in a hyphen. */
function masked(name: string, prefix: boolean): string {
  return prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}

export const dnsLabelName: NameRule = (name, prefix) => wrongDnsLabel(masked(name, prefix));
export const dnsSubdomainName: NameRule = (name, prefix) => wrongDnsSubdomain(masked(name, prefix));
/** Names of RBAC objects: any path segment. */
export const pathSegmentName: NameRule = (name, prefix) => wrongPathSegment(name, prefix);

export function wrongPathSegment(name: string, prefix: boolean): readonly string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%'].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

export function wrongPort(port: number): readonly string[] {
  return port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive'];
}

/** IANA service name: name of a container port. */
export function wrongPortName(name: string): readonly string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(/^-|-$/.test(name) ? ['must not begin or end with a hyphen'] : []),
  ];
}

export function byteLength(value: string): number {
  return Buffer.byteLength(value);
}
