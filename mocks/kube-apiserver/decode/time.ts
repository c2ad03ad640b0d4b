/** Times as Go reads and writes them: RFC 3339, whole seconds for `Time`, exactly six decimals for `MicroTime`. */

const seconds = '2006-01-02T15:04:05Z07:00';
const micros = '2006-01-02T15:04:05.000000Z07:00';

export type ParsedTime = { readonly time: string } | { readonly error: string };

/** The time in UTC and in the form of answers, or the error text of Go's `time.Parse`. */
export function parseTime(value: string, precision: 'time' | 'micro-time'): ParsedTime {
  if ((precision === 'time' ? shownTime : shownMicroTime).test(value) && isDate(value)) return { time: value };
  const layout = precision === 'time' ? seconds : micros;
  const failure = (rest: string, element: string): ParsedTime => ({
    error: `parsing time ${JSON.stringify(value)} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${element}"`,
  });
  const numbers: string[] = [];
  let rest = value;
  for (const [element, pattern] of elements[precision]) {
    const match = pattern.exec(rest);
    if (!match) return failure(rest, element);
    numbers.push(match[0]);
    rest = rest.slice(match[0].length);
  }
  const outOfRange = (what: string): ParsedTime => ({
    error: `parsing time ${JSON.stringify(value)}: ${what} out of range`,
  });
  const [year = '', , month = '', , day = '', , hour = '', , minute = '', , second = '', fraction = '', zone = ''] =
    numbers;
  if (Number(month) < 1 || Number(month) > 12) return outOfRange('month');
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) return outOfRange('day');
  if (Number(hour) > 23) return outOfRange('hour');
  if (Number(minute) > 59) return outOfRange('minute');
  if (Number(second) > 59) return outOfRange('second');
  if (rest !== '') return { error: `parsing time ${JSON.stringify(value)}: extra text: ${JSON.stringify(rest)}` };
  const inUtc = Date.parse(`${year}-${month}-${day}T${hour.padStart(2, '0')}:${minute}:${second}${zone}`);
  const whole = new Date(inUtc).toISOString().slice(0, 19);
  return { time: precision === 'time' ? `${whole}Z` : `${whole}${fraction.replace(',', '.')}Z` };
}

/** As answers write them: what comes back unchanged. */
const shownTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const shownMicroTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Whether it is a moment that the calendar and the clock have. */
function isDate(value: string): boolean {
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value.slice(0, 19));
}

const elements: Readonly<Record<'time' | 'micro-time', readonly (readonly [string, RegExp])[]>> = {
  time: elementsOf(['', /^(?:[.,]\d+)?/]),
  'micro-time': elementsOf(['.000000', /^[.,]\d{6}/]),
};

function elementsOf(fraction: readonly [string, RegExp]): readonly (readonly [string, RegExp])[] {
  return [
    ['2006', /^\d{4}/],
    ['-', /^-/],
    ['01', /^\d{2}/],
    ['-', /^-/],
    ['02', /^\d{2}/],
    ['T', /^T/],
    ['15', /^\d{1,2}/],
    [':', /^:/],
    ['04', /^\d{2}/],
    [':', /^:/],
    ['05', /^\d{2}/],
    fraction,
    ['Z07:00', /^(?:Z|[+-]\d{2}:\d{2})/],
  ];
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
