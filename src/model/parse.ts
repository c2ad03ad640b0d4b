/** Parsers of one written value. Each throws a plain Error that ends the sentence "the setting …". */

/** One of the words, whatever its case. */
export const oneOf =
  <T extends string>(...choices: readonly T[]) =>
  (text: string): T => {
    const found = choices.find((choice) => choice === text.trim().toLowerCase());
    if (found === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
    return found;
  };

export const wholeNumber =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\s*\d+\s*$/.test(text) || value < low || value > high) {
      throw new Error(`must be a whole number from ${low} to ${high}`);
    }
    return value;
  };
