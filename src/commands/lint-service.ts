import { asPorticoError } from '../errors.ts';
import { isOptionKey, optionKeys, readOptions } from '../model/annotations.ts';
import { nearest } from '../model/nearest.ts';
import { meantBy, otherKeys, strayLabels } from '../model/other-keys.ts';
import { type OptionName, type Options, optionPrefix } from '../model/options.ts';
import { readService, type Service } from '../model/service.ts';
import { shapeOf } from '../model/service-shape.ts';
import { error, type Finding, isObject, type Json, warning } from '../model/shape.ts';

/** Why the cloud, or Portico, would not serve a Service; undefined when they would. */
export type Refusal = (service: Service) => Promise<string | undefined>;

/**
 * All that is wrong with the manifest of a Service, at once: its fields, its annotations, and what would be refused of the
 * rest once these are mended.
 */
export async function findingsOf(manifest: Json, refusal: Refusal): Promise<readonly Finding[]> {
  const metadata = isObject(manifest['metadata']) ? manifest['metadata'] : {};
  const given = textsOf(metadata['annotations']);
  const shape = shapeOf(manifest);
  const problems = problemsOf(given);
  const found = [
    ...shape,
    ...otherKeys(Object.keys(given)),
    ...strayLabels(Object.keys(textsOf(metadata['labels']))),
    ...problems.map(({ problem }) => error('', problem)),
  ];
  const meant = Object.fromEntries(Object.entries(given).map(([key, text]) => [meantBy(key) ?? key, text]));
  const bad = problemsOf(meant).map(({ key }) => key);
  const annotations = Object.fromEntries(Object.entries(meant).filter(([key]) => !bad.includes(key)));
  const wrong = shape.filter(({ severity }) => severity === 'error').map(({ path }) => path);
  const open = [...wrong.map(fieldMeant), ...bad];
  const service = readable(without({ ...manifest, metadata: { ...metadata, annotations, labels: {} } }, wrong));
  if (!service || open.includes('spec.type')) return found;
  const why = open.some((place) => decides.test(place)) ? undefined : await refusal(service);
  return [...found, ...(why === undefined ? [] : [error('', why)]), ...idle(service, schemeOf(annotations, bad))];
}

/** The field by which others are judged that was perhaps meant by one of the spec. */
function fieldMeant(path: string): string {
  const [, field = ''] = /^spec\.(\w+)$/.exec(path) ?? [];
  const near = nearest(field, ['type', 'ports', 'ipFamilies', 'externalTrafficPolicy']);
  return near === undefined ? path : `spec.${near}`;
}

/**
 * What others of the Service's wishes are judged by. While one of these is wrong, nothing is said of those, which may be
 * right once it is mended.
 */
const decides =
  /^(spec|spec\.(ports|ipFamilies|externalTrafficPolicy)|spec\.ports\[\d+\](\.(port|protocol))?|.*\/scheme|.*\/load-balancer-type|.*\/health-check-(interval|timeout))$/;

/** The annotations with what is no text written as one, which is told of by itself. */
const textsOf = (annotations: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isObject(annotations) ? annotations : {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );

/** Every annotation is read by itself, so that it is known which one a problem is of. */
const problemsOf = (
  annotations: Readonly<Record<string, string>>,
): readonly { readonly key: string; readonly problem: string }[] => {
  const all = readOptions(annotations).problems;
  return Object.entries(annotations).flatMap(([key, text]) =>
    readOptions({ [key]: text })
      .problems.filter((problem) => all.includes(problem))
      .map((problem) => ({ key, problem })),
  );
};

/** The manifest without the fields of its spec that are at these paths. */
function without(manifest: Json, paths: readonly string[]): Json {
  const strip = (value: unknown, path: string): unknown => {
    if (Array.isArray(value)) return value.map((each, index) => strip(each, `${path}[${index}]`));
    if (!isObject(value)) return value;
    const fields = Object.entries(value).map(([field, each]) => ({ field, each, at: `${path}.${field}` }));
    return Object.fromEntries(
      fields.filter(({ at }) => !paths.includes(at)).map(({ field, each, at }) => [field, strip(each, at)]),
    );
  };
  return { ...manifest, spec: strip(manifest['spec'], 'spec') };
}

function readable(manifest: Json): Service | undefined {
  try {
    return readService(manifest);
  } catch (thrown) {
    if (asPorticoError(thrown).code === 'invalid') return undefined;
    throw thrown;
  }
}

/** The scheme; undefined while what says it is wrong. */
const schemeOf = (annotations: Readonly<Record<string, string>>, bad: readonly string[]): Options['scheme'] =>
  namesOf('scheme').some((key) => bad.includes(key))
    ? undefined
    : (readOptions(annotations).options.scheme ?? 'external');

/** Annotations and fields that do nothing, where somebody may expect otherwise. */
function idle({ metadata: { annotations }, spec }: Service, scheme: Options['scheme']): readonly Finding[] {
  const at = (key: string): string => `metadata.annotations[${key}]`;
  const nothing = (keys: readonly string[], why: string): readonly Finding[] =>
    keys.filter((key) => key in annotations).map((key) => warning(at(key), `does nothing: ${why}`));
  const opensPorts = spec.type === 'NodePort' && annotations[`${optionPrefix}node-port-firewall`] !== undefined;
  if (spec.type !== 'LoadBalancer' && !opensPorts) {
    const ranges = spec.loadBalancerSourceRanges.length > 0;
    return [
      ...(ranges ? [warning('spec.loadBalancerSourceRanges', `restricts nothing: the type is ${spec.type}`)] : []),
      ...nothing(
        Object.keys(annotations).filter((key) => isOptionKey(key) && !lasting.has(key)),
        `the type is ${spec.type}`,
      ),
    ];
  }
  const beside = optionKeys.flatMap(({ key, aliases }) => {
    const [used, ...rest] = [key, ...aliases].filter((each) => (annotations[each] ?? '').trim() !== '');
    return used === undefined ? [] : nothing(rest, `${used} wins`);
  });
  const ranges = spec.loadBalancerSourceRanges.length > 0;
  const named = namesOf('static-address').some((key) => key in annotations);
  return [
    ...beside,
    ...(ranges ? nothing(namesOf('source-ranges'), 'spec.loadBalancerSourceRanges wins') : []),
    ...(named && spec.loadBalancerIP !== null
      ? [warning('spec.loadBalancerIP', 'does nothing: the address that is named in an annotation wins')]
      : []),
    ...(scheme === 'internal' ? nothing(namesOf('network-tier'), 'an internal balancer has no tier') : []),
    ...(scheme === 'external' ? nothing(namesOf('global-access'), 'the scheme is external') : []),
    ...(spec.externalTrafficPolicy === 'Local'
      ? nothing(namesOf('health-check'), 'with externalTrafficPolicy Local it is always /healthz that is probed')
      : []),
  ];
}

/** What counts when the Service stops to be a balancer, or is about to be one. */
const lasting: ReadonlySet<string> = new Set(
  (['retain', 'policy', 'node-port-firewall'] satisfies OptionName[]).map((name) => `${optionPrefix}${name}`),
);

const namesOf = (name: OptionName): readonly string[] =>
  optionKeys.flatMap(({ key, aliases }) => (key === `${optionPrefix}${name}` ? [key, ...aliases] : []));
