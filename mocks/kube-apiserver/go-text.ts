/** Lists as Go prints them, where its words reach clients. */

/** A list of strings with `%q`. */
export function goList(texts: readonly string[]): string {
  return `[${texts.map((each) => JSON.stringify(each)).join(' ')}]`;
}

/** Several errors as one: equal ones once. */
export function goErrors(errors: readonly string[]): string {
  const different = [...new Set(errors)];
  return different.length === 1 ? (different[0] ?? '') : `[${different.join(', ')}]`;
}
