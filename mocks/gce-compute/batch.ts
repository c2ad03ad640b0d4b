import { badRequest } from './api-error.ts';

/** One call inside `POST /batch/compute/v1`. https://cloud.google.com/compute/docs/api/how-tos/batch */
export interface BatchPart {
  readonly contentId: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

export interface BatchAnswer {
  readonly contentId: string | undefined;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const boundaryOf = (contentType: string): string => {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw badRequest('Failed to parse batch request: missing boundary.');
  return boundary;
};

/** Head and rest of a message: lines of `Name: value` up to the first empty line. */
function splitHead(message: string): { readonly lines: readonly string[]; readonly rest: string } {
  const end = message.indexOf('\n\n');
  const head = end < 0 ? message : message.slice(0, end);
  return { lines: head.split('\n').filter((line) => line.trim() !== ''), rest: end < 0 ? '' : message.slice(end + 2) };
}

const headersOf = (lines: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );

export function splitBatch(contentType: string, body: Uint8Array): readonly BatchPart[] {
  const source = new TextDecoder().decode(body).replaceAll('\r\n', '\n');
  const pieces = source.split(`--${boundaryOf(contentType)}`).slice(1, -1);
  return pieces.map((piece) => {
    const outer = splitHead(piece.replace(/^\n+/, ''));
    const inner = splitHead(outer.rest.replace(/^\n+/, ''));
    const [request = '', ...lines] = inner.lines;
    const match = /^([A-Z]+)\s+(\S+)/.exec(request);
    if (match === null) throw badRequest('Failed to parse batch request: malformed part.');
    const payload = inner.rest.trim();
    return {
      contentId: headersOf(outer.lines)['content-id'],
      method: match[1] ?? '',
      path: (match[2] ?? '').replace(/^https?:\/\/[^/]+/, ''),
      headers: headersOf(lines),
      body: payload === '' ? undefined : new TextEncoder().encode(payload),
    };
  });
}

const reasons: Readonly<Record<number, string>> = { 200: 'OK', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' };

/** `Content-ID: <x>` is answered by `<response-x>`, as clients match them by it. */
const answeredId = (contentId: string): string => contentId.replace(/^<?/, '<response-').replace(/>?$/, '>');

export function joinBatch(answers: readonly BatchAnswer[]): {
  readonly contentType: string;
  readonly body: Uint8Array;
} {
  const boundary = 'batch_portico';
  const parts = answers.map(({ contentId, status, headers, body }) => {
    const outer = [
      'Content-Type: application/http',
      ...(contentId === undefined ? [] : [`Content-ID: ${answeredId(contentId)}`]),
    ];
    const inner = [
      `HTTP/1.1 ${status} ${reasons[status] ?? 'Status'}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${body.byteLength}`,
    ];
    return `--${boundary}\r\n${outer.join('\r\n')}\r\n\r\n${inner.join('\r\n')}\r\n\r\n${new TextDecoder().decode(body)}\r\n`;
  });
  return {
    contentType: `multipart/mixed; boundary=${boundary}`,
    body: new TextEncoder().encode(`${parts.join('')}--${boundary}--\r\n`),
  };
}
