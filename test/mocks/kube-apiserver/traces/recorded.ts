import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One recorded request and its answer. Times in milliseconds since the start of its case. */
export interface RecordedRequest {
  readonly kind: 'http';
  readonly id: string;
  readonly atMs: number;
  /** Identity: `admin`, `none`, or one with fewer rights. */
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
  readonly data?: { readonly lbController?: readonly object[]; readonly viewer?: readonly object[] } | null;
}

/** One run of a program, most often kubectl. */
export interface RecordedRun {
  readonly kind: 'cli';
  readonly id: string;
  readonly atMs: number;
  readonly durationMs: number;
  readonly client: string;
  readonly as: string;
  readonly args: readonly string[];
  /** Parsed where it was JSON. */
  readonly stdin?: unknown;
  /** Nothing was in kubectl's caches. */
  readonly coldCache?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Null when the recorder stopped it. */
  readonly exitCode: number | null;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Ids of the requests it made. */
  readonly requests: readonly string[];
}

export type RecordedStep = RecordedRequest | RecordedNote | RecordedRun;

/** What was done to one fresh cluster, in order. */
export interface RecordedCase {
  readonly id: string;
  /** Whether a controller-manager ran beside the server. */
  readonly controllers: boolean;
  /** What else holds before it. */
  readonly given: string;
  readonly steps: readonly RecordedStep[];
}

type Line =
  | RecordedStep
  | { readonly kind: 'case'; readonly id: string; readonly controllers: boolean; readonly given?: string | null };

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
  const cases: (RecordedCase & { readonly steps: RecordedStep[] })[] = [];
  for (const text of readFileSync(join(folder, file), 'utf8').split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as Line;
    if (line.kind === 'case') {
      cases.push({ id: line.id, controllers: line.controllers, given: line.given ?? '', steps: [] });
    } else cases.at(-1)?.steps.push(line);
  }
  return cases;
}
