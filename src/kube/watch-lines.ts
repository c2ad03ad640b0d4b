import { tooLong } from '../text-within.ts';
import { longestObject } from './transport.ts';

/**
 * The lines of a stream of bytes, cut anywhere, also inside a character. A last line without its end is left out. A line
 * of more characters than `longest` rejects with `transient`.
 */
export async function* lines(body: AsyncIterable<Uint8Array>, longest = longestObject): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const text = rest + decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = text.slice(start, end);
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    rest = text.slice(start);
    if (rest.length > longest) throw tooLong('A line of a watch', longest);
  }
}
