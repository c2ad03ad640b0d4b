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

/** `us-central1`: a region's name as the cloud forms it. */
export function regionName(text: string): string {
  if (/^[a-z]+(-[a-z]+)+\d+$/.test(text)) return text;
  throw new Error(`'${text}' is not the name of a region, such as us-central1.`);
}

/** `us-central1-a,us-central1-b`: names of zones, each once. */
export function zoneNames(text: string): readonly string[] {
  const zones = text.split(',').map((zone) => zone.trim());
  const bad = zones.find((zone) => !/^[a-z]+(-[a-z]+)+\d+-[a-z][a-z0-9]*$/.test(zone));
  if (bad !== undefined) throw new Error(`'${bad}' is not the name of a zone, such as us-central1-a.`);
  if (new Set(zones).size < zones.length) throw new Error('A zone is named twice.');
  return zones;
}

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
