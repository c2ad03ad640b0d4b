import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../model/parse.ts';

/** A parser of ours as commander wants it, so that its message reaches the user beside the flag. */
export const arg =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };

export const portOption = (flags = '--port <N>', of = ''): Option =>
  new Option(flags, `port${of}, 0 for any that is free`).default(0).argParser(arg(wholeNumber(0, 65_535)));

export const outputOption = (): Option =>
  new Option('-o, --output <FORMAT>', 'text, or json: one line when it is ready')
    .choices(['text', 'json'])
    .default('text');

/** Resolves when the signal is aborted. */
export const untilStopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
