import { ApiError } from './status.ts';

/** What the answer is to be: the format, and the shape objects and lists are shown in. */
export interface Shape {
  readonly format: 'json' | 'yaml';
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
  '*/*': 'json',
  'application/*': 'json',
};

const transformations = new Set<string>(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

function isTransformation(name: string): name is Exclude<Shape['as'], 'object'> {
  return transformations.has(name);
}

/** The first range that this server can answer. Protobuf is passed over: clients that prefer it also take JSON. */
export function negotiate(accept: string | undefined, isStream: boolean): Shape {
  let known = false;
  for (const { type, parameters } of parseAccept(accept ?? '*/*')) {
    const format = formats[type];
    known ||= format !== undefined;
    if (format === undefined || (isStream && format === 'yaml')) continue;
    const as = parameters.get('as');
    const version = parameters.get('v');
    const pretty = parameters.get('pretty') === '1' || parameters.get('pretty') === 'true';
    const base = { format, pretty, contentType: format === 'json' ? 'application/json' : 'application/yaml' };
    if (as === undefined) return { ...base, as: 'object', metaVersion: 'v1' };
    if (parameters.get('g') !== 'meta.k8s.io' || !isTransformation(as)) continue;
    if (version !== 'v1' && version !== 'v1beta1') continue;
    return { ...base, as, metaVersion: version };
  }
  const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
  throw known ? notAcceptable(types) : noRepresentation(types);
}
