import type { KubeRequest } from '../../../../mocks/index.ts';
import type { Binding } from './binding.ts';
import type { RecordedRequest } from './recorded.ts';

/** The recorded request with what the mock chose in place of what the recorded server chose. */
export function requestOf(recorded: RecordedRequest, binding: Binding, signal: AbortSignal): KubeRequest {
  const headers = Object.fromEntries(
    Object.entries(recorded.reqHeaders).map(([name, value]) => [name.toLowerCase(), binding.translate(value)]),
  );
  const accept = recorded.acceptSentUpstream;
  return {
    method: recorded.method,
    path: pathOf(recorded.path, binding),
    headers: accept === undefined ? headers : { ...headers, accept },
    body: bodyOf(recorded.reqBody, binding),
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

function bodyOf(body: unknown, binding: Binding): Uint8Array | undefined {
  if (body === null || body === undefined) return undefined;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  const base64 = base64Of(body);
  if (base64 !== undefined) return Buffer.from(base64, 'base64');
  return new TextEncoder().encode(JSON.stringify(translated(body, '', binding)));
}

function base64Of(body: object): string | undefined {
  const binary = (body as { readonly $binary?: { readonly base64?: string } }).$binary;
  return binary?.base64;
}

const times: readonly string[] = ['creationTimestamp', 'deletionTimestamp'];

function translated(value: unknown, key: string, binding: Binding): unknown {
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
