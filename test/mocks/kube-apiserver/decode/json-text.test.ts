import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonOf } from '../../../../mocks/kube-apiserver/decode/json-node.ts';
import { parseJson } from '../../../../mocks/kube-apiserver/decode/json-text.ts';
import { repeatedFields } from '../../../../mocks/kube-apiserver/decode/typed.ts';

describe('reading JSON', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(jsonOf(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses exactly what JSON.parse refuses', () => {
    const jsonish = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '1', '-', '0', '.5', 'e3', 'true', 'nul', ' ', '\\u00'),
      { maxLength: 8 },
    );
    const accepts = (read: () => unknown): boolean => {
      try {
        read();
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(jsonish, (parts) => {
        const text = parts.join('');
        expect(accepts(() => parseJson(text))).toBe(accepts(() => JSON.parse(text) as unknown));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['', 'unexpected end of JSON input'],
    ['{', 'unexpected end of JSON input'],
    ['not', "invalid character 'o' in literal null (expecting 'u')"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{a', "invalid character 'a' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1.x]', "invalid character 'x' after decimal point in numeric literal"],
    ['"\\q"', "invalid character 'q' in string escape code"],
    ['rubbish', "invalid character 'r' looking for beginning of value"],
  ])('says of %j what Go says', (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });

  it('keeps repeated keys apart, and finds them with their paths', () => {
    const node = parseJson('{"a":1,"b":[{"c":1,"c":2}],"a":3}');
    expect(jsonOf(node)).toEqual({ a: 3, b: [{ c: 2 }] });
    expect(repeatedFields(node)).toEqual(['duplicate field "b[0].c"', 'duplicate field "a"']);
  });
});
