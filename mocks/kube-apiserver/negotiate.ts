import { ApiError } from './status.ts';
import type { KubeRequest } from './wire.ts';

/** What the answer is to be: the format, and the shape objects and lists are shown in. */
export interface Shape {
  readonly format: 'json' | 'yaml' | 'protobuf';
  readonly pretty: boolean;
  /** Content-Type of the answer. */
  readonly contentType: string;
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** Version of meta.k8s.io for the last three. */
  readonly metaVersion: 'v1' | 'v1beta1';
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The media ranges of an Accept header, in order of preference. */
export function parseAccept(header: string): MediaRange[] {
  const ranges = header
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim());
      const parameters = new Map(
        rest.map((piece): [string, string] => {
          const split = piece.indexOf('=');
          return split < 0 ? [piece, ''] : [piece.slice(0, split).trim(), piece.slice(split + 1).trim()];
        }),
      );
      return { type: type.toLowerCase(), parameters, weight: Number(parameters.get('q') ?? '1') };
    });
  return ranges.toSorted((a, b) => b.weight - a.weight);
}

export function notAcceptable(types: readonly string[]): ApiError {
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`);
}

/** None of the formats is known, whatever the shape. */
function noRepresentation(types: readonly string[]): ApiError {
  const message = `406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`;
  return new ApiError(406, 'NotAcceptable', message, {});
}

const formats: Readonly<Record<string, Shape['format']>> = {
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  '*/*': 'json',
  'application/*': 'json',
};

const transformations = new Set<string>(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

function isTransformation(name: string): name is Exclude<Shape['as'], 'object'> {
  return transformations.has(name);
}

const contentTypes: Readonly<Record<Shape['format'], string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

/** The first range that this server can answer. @throws {ApiError} 406 */
export function negotiate(
  request: Pick<KubeRequest, 'path' | 'headers'>,
  isStream: boolean,
  withoutProtobuf = false,
): Shape {
  let known = false;
  const readable = isForReading(request);
  for (const { type, parameters } of parseAccept(request.headers['accept'] ?? '*/*')) {
    const format = formats[type];
    known ||= format !== undefined;
    if (format === undefined || (isStream && format === 'yaml')) continue;
    if (withoutProtobuf && format === 'protobuf') continue;
    const as = parameters.get('as');
    const version = parameters.get('v');
    const pretty = readable || ['1', 'true'].includes(parameters.get('pretty') ?? '');
    const base = { format, pretty, contentType: contentTypes[format] };
    if (as === undefined) return { ...base, as: 'object', metaVersion: 'v1' };
    if (parameters.get('g') !== 'meta.k8s.io' || !isTransformation(as)) continue;
    if (version !== 'v1' && version !== 'v1beta1') continue;
    // Tables have no protobuf; a list is refused when it is written, a stream before it begins.
    if (isStream && format === 'protobuf' && as === 'Table') continue;
    return { ...base, as, metaVersion: version };
  }
  const types = Object.values(contentTypes);
  throw known ? notAcceptable(types) : noRepresentation(types);
}

/** Whether JSON is to be indented: as `?pretty` says, else for the programs that people read answers in. */
export function isForReading({ path, headers }: Pick<KubeRequest, 'path' | 'headers'>): boolean {
  const asked = new URLSearchParams(path.split('?')[1] ?? '').get('pretty') ?? '';
  if (asked !== '') return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '');
}
