/** The wire format of protobuf: numbered fields of four kinds, of which Kubernetes uses three. */
export type WireField =
  | { readonly number: number; readonly type: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly type: 'fixed64'; readonly value: Uint8Array }
  | { readonly number: number; readonly type: 'bytes'; readonly value: Uint8Array };

/** Bytes that are no message; the text is that of Go's decoder. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
}

/** The fields of a message as they come. @throws {Malformed} */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined || shift > 63n) throw new Malformed('unexpected EOF');
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number): Uint8Array => {
    if (length < 0 || at + length > bytes.length) throw new Malformed('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const number = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { number, type: 'varint', value: varint() };
        break;
      case 1:
        yield { number, type: 'fixed64', value: take(8) };
        break;
      case 2:
        yield { number, type: 'bytes', value: take(Number(varint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new Malformed(`proto: illegal wireType ${tag & 7}`);
    }
  }
}

export function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** A field with its tag. */
export function writeVarint(number: number, value: bigint): Uint8Array {
  return Buffer.concat([varintBytes(BigInt(number * 8)), varintBytes(value)]);
}

export function writeBytes(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([varintBytes(BigInt(number * 8 + 2)), varintBytes(BigInt(value.length)), value]);
}

export function writeDouble(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varintBytes(BigInt(number * 8 + 1)), bytes]);
}
