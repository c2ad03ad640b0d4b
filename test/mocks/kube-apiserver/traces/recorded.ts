import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded request and its answer. Times in milliseconds since the start of its case. */
export interface RecordedRequest {
  readonly kind: 'http';
  readonly id: string;
  readonly atMs: number;
  /** Identity: `admin`, or one with fewer rights. */
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly reqHeaders: Readonly<Record<string, string>>;
  /** The Accept that reached the server where the client asked for protobuf first. */
  readonly acceptSentUpstream?: string;
  readonly reqBody: unknown;
  readonly status: number;
  readonly resHeaders: Readonly<Record<string, string | readonly string[]>>;
  readonly resBody: unknown;
  readonly watch?: RecordedWatch | null;
}

export interface RecordedWatch {
  readonly events: readonly { readonly type: string; readonly object: unknown }[];
  readonly endedBy: string;
  readonly durationMs: number;
}

export interface RecordedNote {
  readonly kind: 'note';
  readonly text: string;
  readonly atMs: number;
}

/** What was done to one fresh cluster, in order. */
export interface RecordedCase {
  readonly id: string;
  /** Whether a controller-manager ran beside the server. */
  readonly controllers: boolean;
  readonly steps: readonly (RecordedRequest | RecordedNote)[];
}

type Line =
  | RecordedRequest
  | RecordedNote
  | { readonly kind: 'case'; readonly id: string; readonly controllers: boolean }
  | { readonly kind: 'cli' };

const places = ['../shared/kube-traces', '../../shared/kube-traces'];

/** The folder of the golden traces, which are kept outside the repository; undefined where there is none. */
export function tracesFolder(): string | undefined {
  const given = process.env['PORTICO_KUBE_TRACES'];
  return (given === undefined ? places : [given]).find((place) => existsSync(join(place, '01-discovery.jsonl')));
}

export function traceFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted();
}

export function readCases(folder: string, file: string): readonly RecordedCase[] {
  const cases: { id: string; controllers: boolean; steps: (RecordedRequest | RecordedNote)[] }[] = [];
  for (const text of readFileSync(join(folder, file), 'utf8').split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as Line;
    if (line.kind === 'case') cases.push({ id: line.id, controllers: line.controllers, steps: [] });
    else if (line.kind !== 'cli') cases.at(-1)?.steps.push(line);
  }
  return cases;
}
