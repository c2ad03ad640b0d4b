import type { KubeRequest } from '../../../../mocks/index.ts';
import { recordedBytes } from './binary.ts';
import type { Binding } from './binding.ts';
import type { RecordedRequest } from './recorded.ts';

const lastTime = Date.UTC(9999, 11, 31);

/** The recorded request with what the mock chose in place of what the recorded server chose. */
export function requestOf(recorded: RecordedRequest, binding: Binding, signal: AbortSignal): KubeRequest {
  const headers = Object.fromEntries(
    Object.entries(recorded.reqHeaders).map(([name, value]) => [name.toLowerCase(), binding.translate(value)]),
  );
  // What a client kept is as old to the mock as it was to the recorded server, whose clock stands elsewhere.
  const [since, modified] = [recorded.reqHeaders['If-Modified-Since'], recorded.resHeaders['Last-Modified']];
  if (since !== undefined) {
    const newer = Date.parse(since) >= Date.parse(String(modified));
    headers['if-modified-since'] = new Date(newer ? lastTime : 0).toUTCString();
  }
  const accept = recorded.acceptSentUpstream;
  return {
    method: recorded.method,
    path: pathOf(recorded.path, binding),
    headers: accept === undefined ? headers : { ...headers, accept },
    body:
      unparsed[recorded.id] === undefined ? bodyOf(recorded.reqBody, binding) : encoder.encode(unparsed[recorded.id]),
    signal,
  };
}

function pathOf(path: string, binding: Binding): string {
  const [start = '', search] = binding.translate(path).split('?');
  if (search === undefined) return start;
  const query = search.split('&').map((pair) => {
    const [key = '', value = ''] = pair.split('=').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    const now = key === 'resourceVersion' ? binding.revision(value) : binding.translate(value);
    return `${encodeURIComponent(key)}=${encodeURIComponent(now)}`;
  });
  return `${start}?${query.join('&')}`;
}

const encoder = new TextEncoder();

const twice = '{"metadata":{"name":"kubia-dup","name":"kubia-dup2"},"spec":{"ports":[{"port":80,"port":81}]}}';

function padded(start: string, end: string, bytes: number): string {
  return start + 'x'.repeat(bytes - start.length - end.length) + end;
}

/** Bodies as the server got them where the recorder kept only what they parse to, or nothing because of their size. */
const unparsed: Readonly<Record<string, string>> = {
  '05-validation/bodies#4': 'null',
  '05-validation/patches#4': '"x"',
  '05-validation/patches#19': 'null',
  '05-validation/field-validation#6': twice,
  '05-validation/field-validation#7': twice,
  '05-validation/too-large#1': padded(
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"kubia","annotations":{"big":"',
    '"}},"spec":{"ports":[{"port":80,"targetPort":8080}]}}',
    262_281,
  ),
  '05-validation/too-large#2': padded(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big"},"data":{"k":"',
    '"}}',
    1_048_657,
  ),
  '05-validation/too-large#3': padded(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big"},"data":{"k":"',
    '"}}',
    3_200_080,
  ),
};

function bodyOf(body: unknown, binding: Binding): Uint8Array | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return encoder.encode(body);
  const binary = recordedBytes(body);
  if (binary !== undefined) return binary;
  return encoder.encode(JSON.stringify(translated(body, '', binding)));
}

const times: readonly string[] = ['creationTimestamp', 'deletionTimestamp'];

/** A recorded JSON value with what the mock chose in place of what the recorded server chose. */
export function translated(value: unknown, key: string, binding: Binding): unknown {
  if (Array.isArray(value)) return value.map((each) => translated(each, key, binding));
  if (typeof value === 'object' && value !== null) {
    const { path } = value as { readonly path?: unknown };
    return Object.fromEntries(
      Object.entries(value).map(([field, each]) => {
        // A JSON patch names the field elsewhere.
        const named = field === 'value' && typeof path === 'string' ? (path.split('/').at(-1) ?? '') : field;
        return [field, translated(each, named, binding)];
      }),
    );
  }
  if (key === 'resourceVersion' && typeof value === 'string') return binding.revision(value);
  if (typeof value === 'number' && (key === 'nodePort' || key === 'healthCheckNodePort')) {
    return Number(binding.value('port', String(value)) ?? value);
  }
  if (typeof value !== 'string') return value;
  if (times.includes(key)) return binding.value('time', value) ?? value;
  const whole = binding.value('address', value) ?? binding.value('name', value) ?? binding.value('uid', value);
  return whole ?? value;
}
