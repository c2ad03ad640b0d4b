import { badRequest } from './api-error.ts';
import { words } from './fields.ts';
import { isDocument, isList } from './json.ts';
import { legacyMessages, legacyMethods } from './legacy-schema.ts';
import schema from './schema.json' with { type: 'json' };

type Messages = Readonly<Record<string, Readonly<Record<string, string>>>>;
const messages: Messages = { ...(schema.messages as Messages), ...legacyMessages };
const enums: Readonly<Record<string, readonly string[]>> = schema.enums;

export interface Method {
  /** `regionBackendServices.insert`, as in Google's discovery document. */
  readonly id: string;
  readonly service: string;
  readonly verb: string;
  readonly body: string;
  readonly query: readonly string[];
}

/** `POST projects/{project}/regions/{region}/x` → `POST projects/regions/x`: the variables' places are fixed. */
const shapeOf = (http: string, segments: readonly string[]): string =>
  `${http} ${segments.filter((_, at) => !isVariable(segments, at)).join('/')} ${segments.length}`;

/** projects/P, then regions/R or zones/Z or a single word, then collection/NAME/verb. */
function isVariable(segments: readonly string[], at: number): boolean {
  if (at === 1) return true;
  const scoped = segments[2] === 'regions' || segments[2] === 'zones';
  return scoped ? at === 3 || at === 5 : at === 4;
}

/** HTTP method, path, the body's message or nothing, query parameters. */
export type MethodRow = readonly [string, string, string, readonly string[]];

const methods = new Map<string, Method>();
const rows = Object.entries<unknown>({ ...schema.methods, ...legacyMethods });
for (const [id, row] of rows) {
  const [http, path, body, query] = row as MethodRow;
  const [service = '', verb = ''] = id.split('.');
  const segments = path.split('/');
  const regular = segments.every((segment, at) => isVariable(segments, at) === segment.startsWith('{'));
  methods.set(regular ? shapeOf(http, segments) : fixedShapeOf(http, segments), { id, service, verb, body, query });
}

/** A fixed word stands where others have a name: `aggregated/subnetworks/listUsable`. No name has capitals. */
function fixedShapeOf(http: string, [projects, , ...rest]: readonly string[]): string {
  return `${http} ${[projects, '{project}', ...rest].join('/')}`;
}

export const findMethod = (http: string, segments: readonly string[]): Method | undefined =>
  methods.get(fixedShapeOf(http, segments)) ?? methods.get(shapeOf(http, segments));

const snakeCase = (path: string): string => path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

const typeNames: Readonly<Record<string, string>> = {
  s: 'TYPE_STRING',
  b: 'TYPE_BOOL',
  i: 'TYPE_INT32',
  u: 'TYPE_UINT32',
  l: 'TYPE_INT64',
  f: 'TYPE_FLOAT',
};

const badValue = (path: string, type: string, value: unknown) =>
  `Invalid value at '${snakeCase(path)}' (${type}), ${JSON.stringify(value)}`;

const isInteger = (value: unknown, low: number, high: number): boolean => {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high;
};

/** Whether the JSON form of protocol buffers takes the value for a scalar of that code. */
function fits(code: string, value: unknown): boolean {
  switch (code) {
    case 's':
      return typeof value === 'string';
    case 'b':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
    case 'i':
      return isInteger(value, -(2 ** 31), 2 ** 31 - 1);
    case 'u':
      return isInteger(value, 0, 2 ** 32 - 1);
    case 'l':
      return typeof value === 'string' ? /^-?\d{1,20}$/.test(value) : Number.isSafeInteger(value);
    default:
      return typeof value === 'number' || (typeof value === 'string' && value !== '' && Number.isFinite(Number(value)));
  }
}

function checkValue(code: string, value: unknown, path: string, problems: string[]): void {
  if (code.startsWith('m:')) {
    if (isDocument(value)) checkMessage(code.slice(2), value, path, problems);
    else problems.push(badValue(path, `type.googleapis.com/google.cloud.compute.v1.${code.slice(2)}`, value));
  } else if (code.startsWith('e:')) {
    if (typeof value === 'string' && (enums[code.slice(2)] ?? []).includes(value)) return;
    problems.push(badValue(path, `type.googleapis.com/google.cloud.compute.v1.${code.slice(2)}`, value));
  } else if (!fits(code, value)) {
    problems.push(badValue(path, typeNames[code] ?? code, value));
  }
}

function checkMessage(name: string, document: object, path: string, problems: string[]): void {
  const fields = messages[name] ?? {};
  for (const [field, value] of Object.entries(document)) {
    const code = Object.hasOwn(fields, field) ? fields[field] : undefined;
    const at = `${path}.${field}`;
    if (code === undefined) {
      const where = path === 'resource' ? '' : ` at '${snakeCase(path)}'`;
      problems.push(`Invalid JSON payload received. Unknown name "${field}"${where}: Cannot find field.`);
    } else if (value === null) {
      continue;
    } else if (code.startsWith('[')) {
      if (isList(value)) value.forEach((item, index) => checkValue(code.slice(1), item, `${at}[${index}]`, problems));
      else
        problems.push(
          `Invalid JSON payload received. Unknown name "${field}": Proto field is repeated, cannot start list.`,
        );
    } else if (code.startsWith('{')) {
      if (!isDocument(value)) problems.push(badValue(at, 'Map', value));
      else for (const [key, item] of Object.entries(value)) checkValue(code.slice(1), item, `${at}[${key}]`, problems);
    } else {
      checkValue(code, value, at, problems);
    }
  }
}

/** Refuses what the API's front end refuses: unknown fields, wrong types, unknown values of enums. */
export function checkBody(message: string, body: unknown): void {
  if (!isDocument(body)) throw badRequest('Invalid JSON payload received. Root element must be a message.');
  const problems: string[] = [];
  checkMessage(message, body, 'resource', problems);
  if (problems.length > 0) throw badRequest(problems.join('\n'));
}

/** Parameters that every method of every Google API takes. */
const systemParameters: readonly string[] = words(`
  $.xgafv $alt $prettyPrint access_token alt callback fields key oauth_token
  prettyPrint quotaUser upload_protocol uploadType userIp trace
`);

/** Listings took this parameter before the client package dropped it from some; gcloud still sends it. */
const listParameters: readonly string[] = ['returnPartialSuccess', 'includeAllScopes'];

export function checkQuery(method: Method, query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (method.query.includes(name) || systemParameters.includes(name) || listParameters.includes(name)) continue;
    throw badRequest(
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    );
  }
}

/** Numbers sent as text become numbers, as the server shows them; 64-bit integers become text. Drops null. */
export function normalize(message: string, document: object): Record<string, unknown> {
  const fields = messages[message] ?? {};
  const value = (code: string, item: unknown): unknown => {
    if (code.startsWith('m:') && isDocument(item)) return normalize(code.slice(2), item);
    if ('iuf'.includes(code)) return Number(item);
    if (code === 'l') return String(item);
    if (code === 'b') return item === true || item === 'true';
    return item;
  };
  const kept = Object.entries(document).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(
    kept.map(([field, item]) => {
      const code = fields[field] ?? 's';
      if (code.startsWith('[') && isList(item)) return [field, item.map((each) => value(code.slice(1), each))];
      return [field, code.startsWith('{') ? item : value(code, item)];
    }),
  );
}
