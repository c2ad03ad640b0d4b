/** Quantities of resources (`100m`, `2Gi`) in the canonical form in which the server answers them. */

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(.*)$/;
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const suffixes = Object.entries(decimal).toSorted(([, a], [, b]) => b - a);

export const wrongQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The canonical text, or undefined when it is no quantity. Never loses more than Go does: below 1n it rounds up. */
export function canonicalQuantity(text: string): string | undefined {
  const match = pattern.exec(text.trim());
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match ?? [];
  if (!match || (whole === '' && fraction === '')) return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  const negative = sign === '-' ? '-' : '';
  if (digits === 0n) return '0';
  const power = binary.indexOf(suffix);
  if (power > 0) return negative + binaryText(digits * 1024n ** BigInt(power), fraction.length);
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix);
  const scale = exponent ? Number(exponent[1]) : decimal[suffix];
  if (scale === undefined) return undefined;
  return negative + decimalText(digits, scale - fraction.length, exponent !== null);
}

function binaryText(scaled: bigint, decimals: number): string {
  const unit = 10n ** BigInt(decimals);
  if (scaled % unit !== 0n) return decimalText(scaled, -decimals, false);
  let value = scaled / unit;
  let power = 0;
  while (value % 1024n === 0n && power < binary.length - 1) {
    value /= 1024n;
    power += 1;
  }
  return `${value}${binary[power] ?? ''}`;
}

function decimalText(digits: bigint, scale: number, exponential: boolean): string {
  let value = digits;
  let exponent = scale;
  while (value % 10n === 0n) {
    value /= 10n;
    exponent += 1;
  }
  if (exponent < -9) {
    const unit = 10n ** BigInt(-9 - exponent);
    value = (value + unit - 1n) / unit;
    exponent = -9;
  }
  if (exponential) {
    const shift = ((exponent % 3) + 3) % 3;
    const grouped = exponent - shift;
    return `${value * 10n ** BigInt(shift)}${grouped === 0 ? '' : `e${grouped}`}`;
  }
  const [suffix, power] = suffixes.find(([, each]) => each <= exponent) ?? ['n', -9];
  return `${value * 10n ** BigInt(exponent - power)}${suffix}`;
}
