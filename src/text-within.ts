import { PorticoError } from './errors.ts';

/**
 * A body as text. One of more bytes than the limit is given up at once and rejects with `transient`, so that nobody who
 * answers can fill the memory. `what` begins the message: `The answer of the API server`.
 */
export async function textWithin(body: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw tooLong(what, limit);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export const tooLong = (what: string, limit: number): PorticoError =>
  new PorticoError(
    'transient',
    `${what} is longer than ${limit / 2 ** 20} MiB and was given up. Look at what answers there.`,
  );

/** What a body begins with, as text, and no more than so many bytes of it. */
export async function beginningOf(body: AsyncIterable<Uint8Array>, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let left = limit;
  for await (const chunk of body) {
    text += decoder.decode(chunk.subarray(0, left), { stream: true });
    left -= chunk.length;
    if (left <= 0) break;
  }
  return text;
}
