import { at, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { nodeSchema } from '../schema/node.ts';
import { wrongCidr } from '../validation/addresses.ts';
import { duplicate, forbidden, invalidEach, invalidValue, required, unsupported } from '../validation/field-error.ts';
import { wrongLabels } from '../validation/metadata.ts';
import { dnsSubdomainName, wrongLabelValue, wrongQualifiedName } from '../validation/names.ts';
import { strategyOf, withSpec } from './strategy.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

const shared = {
  schema: nodeSchema,
  namespaced: false,
  name: dnsSubdomainName,
  status: true,
  rejudgesMetadata: true,
  defaults: withRanges,
  prepareCreate: tainted,
  validate: (node: KubeObject) => [...wrongTaints(node), ...wrongRanges(node)],
  validateChange: (node: KubeObject, old: KubeObject) => [
    // The real server lists wrong labels and taints of an update once more than their rules run.
    ...wrongLabels('metadata.labels', objectOf(node.metadata['labels'])),
    ...wrongNodeChange(node, old),
    ...wrongTaints(node),
  ],
  validateStatus: (node: KubeObject, old: KubeObject) => [...wrongNodeChange(node, old), ...wrongTaints(node)],
} as const;

const strategy = strategyOf(shared);

/** A node brings its status along when it is created. */
export const nodeStrategy: typeof strategy = {
  ...strategy,
  prepareCreate: (node, context) => {
    const prepared = strategy.prepareCreate(node, context);
    return strategy.defaults({ ...prepared, status: node['status'] ?? {} });
  },
};

/** `podCIDR` and the first of `podCIDRs` are one value; where they differ, podCIDR counts. */
function withRanges(node: KubeObject): KubeObject {
  const { podCIDR, podCIDRs } = objectOf(node['spec']);
  const first = textOf(podCIDR);
  const ranges = listOf(podCIDRs).map(textOf);
  if (first === '') return ranges.length === 0 ? node : withSpec(node, { podCIDR: ranges[0] });
  return ranges[0] === first ? node : withSpec(node, { podCIDRs: [first] });
}

/** Every new node is kept free of pods until a controller has seen it ready. */
function tainted(node: KubeObject): KubeObject {
  const taints = listOf(at(node, 'spec', 'taints'));
  const there = taints.some((taint) => at(taint, 'key') === notReady.key && at(taint, 'effect') === notReady.effect);
  return there ? node : withSpec(node, { taints: [...taints, notReady] });
}

function wrongTaints(node: KubeObject): readonly FieldError[] {
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  const taints = listOf(at(node, 'spec', 'taints')).filter(isObject);
  const identity = (taint: JsonObject): string => `${textOf(taint['key'])} ${textOf(taint['effect'])}`;
  return taints.flatMap((taint, index) => {
    const field = `metadata.taints[${index}]`;
    const [key, value, effect] = [textOf(taint['key']), textOf(taint['value']), textOf(taint['effect'])];
    const wrongValue = wrongLabelValue(value);
    const repeated = taints.findIndex((each) => identity(each) === identity(taint)) < index;
    // The real message shows the Go struct.
    const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint['timeAdded'] ?? null };
    return [
      ...invalidEach(`${field}.key`, key, wrongQualifiedName(key)),
      ...(wrongValue.length === 0 ? [] : [invalidValue(`${field}.value`, value, wrongValue.join(';'))]),
      ...(effect === ''
        ? [required(`${field}.effect`)]
        : effects.includes(effect)
          ? []
          : [unsupported(`${field}.effect`, effect, effects)]),
      ...(repeated ? [duplicate(field, shown, 'taints must be unique by key and effect pair')] : []),
    ];
  });
}

function wrongRanges(node: KubeObject): readonly FieldError[] {
  const ranges = listOf(at(node, 'spec', 'podCIDRs')).map(textOf);
  const v6 = ranges.filter((range) => range.includes(':')).length;
  const dual = ranges.length < 2 || (ranges.length === 2 && v6 === 1);
  return [
    ...ranges.flatMap((range, index) => wrongCidr(`spec.podCIDRs[${index}]`, range)),
    ...(dual
      ? []
      : [invalidValue('spec.podCIDRs', [...ranges], 'may specify no more than one CIDR for each IP family')]),
    ...ranges.flatMap((range, index) =>
      ranges.indexOf(range) < index ? [duplicate(`spec.podCIDRs[${index}]`, range)] : [],
    ),
  ];
}

function wrongNodeChange(node: KubeObject, old: KubeObject): readonly FieldError[] {
  const addresses = listOf(at(node, 'status', 'addresses')).filter(isObject);
  const identity = ({ type, address }: JsonObject): string => `${textOf(type)} ${textOf(address)}`;
  const before = listOf(at(old, 'spec', 'podCIDRs'));
  const after = listOf(at(node, 'spec', 'podCIDRs'));
  const moved = before.length !== after.length ? 1 : before.filter((range, index) => range !== after[index]).length;
  const fixed = (what: string): string => `node updates may not change ${what} except from "" to valid`;
  const spec = (each: KubeObject, key: string): Json => at(each, 'spec', key) ?? '';
  return [
    ...addresses.flatMap((each, index) =>
      addresses.findIndex((other) => identity(other) === identity(each)) < index
        ? [duplicate(`status.addresses[${index}]`, { Type: each['type'] ?? '', Address: each['address'] ?? '' })]
        : [],
    ),
    ...(before.length === 0 ? [] : Array.from({ length: moved }, () => forbidden('spec.podCIDRs', fixed('podCIDR')))),
    ...(spec(old, 'providerID') !== '' && spec(old, 'providerID') !== spec(node, 'providerID')
      ? [forbidden('spec.providerID', fixed('providerID'))]
      : []),
    ...(spec(old, 'externalID') === spec(node, 'externalID')
      ? []
      : [forbidden('spec.externalID', 'may not be updated')]),
  ];
}
