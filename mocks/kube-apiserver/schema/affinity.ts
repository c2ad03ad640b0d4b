import { atomic, int32, int64, list, object, pointer, shape, struct, text, texts } from './build.ts';
import { labelSelector } from './meta.ts';

const pkg = 'io.k8s.api.core.v1';
const needed = { required: true, keepEmpty: true } as const;

const nodeRequirement = shape(`${pkg}.NodeSelectorRequirement`, 'A key, values and how they relate.', {
  key: text('Label key.', needed),
  operator: text('In, NotIn, Exists, DoesNotExist, Gt or Lt.', { ...needed, goType: 'v1.NodeSelectorOperator' }),
  values: texts('Values.', atomic),
});

const nodeTerm = shape(
  `${pkg}.NodeSelectorTerm`,
  'Requirements that must all hold.',
  {
    matchExpressions: list(nodeRequirement, 'On labels of the node.', atomic),
    matchFields: list(nodeRequirement, 'On fields of the node.', atomic),
  },
  'atomic',
);

const nodeSelector = shape(
  `${pkg}.NodeSelector`,
  'Terms of which one must hold.',
  { nodeSelectorTerms: list(nodeTerm, 'The terms.', { ...atomic, ...needed }) },
  'atomic',
);

const preferredTerm = shape(`${pkg}.PreferredSchedulingTerm`, 'A term with a weight.', {
  weight: int32('Weight, 1 to 100.', needed),
  preference: struct(nodeTerm, 'The term.'),
});

const podTerm = shape(`${pkg}.PodAffinityTerm`, 'Pods to be near to, or far from.', {
  labelSelector: object(labelSelector, 'Which pods.'),
  namespaces: texts('Namespaces of the pods.', atomic),
  topologyKey: text('Label of nodes that says what near means.', needed),
  namespaceSelector: object(labelSelector, 'Namespaces of the pods by labels.'),
  matchLabelKeys: texts('Keys whose values must be equal.', atomic),
  mismatchLabelKeys: texts('Keys whose values must differ.', atomic),
});

const weightedTerm = shape(`${pkg}.WeightedPodAffinityTerm`, 'A term with a weight.', {
  weight: int32('Weight, 1 to 100.', needed),
  podAffinityTerm: struct(podTerm, 'The term.'),
});

const podTerms = {
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm, 'Must hold.', atomic),
  preferredDuringSchedulingIgnoredDuringExecution: list(weightedTerm, 'Should hold.', atomic),
};

export const affinity = shape(`${pkg}.Affinity`, 'Where a pod should run.', {
  nodeAffinity: object(
    shape(`${pkg}.NodeAffinity`, 'By nodes.', {
      requiredDuringSchedulingIgnoredDuringExecution: object(nodeSelector, 'Must hold.'),
      preferredDuringSchedulingIgnoredDuringExecution: list(preferredTerm, 'Should hold.', atomic),
    }),
    'By nodes.',
  ),
  podAffinity: object(shape(`${pkg}.PodAffinity`, 'Near other pods.', podTerms), 'Near other pods.'),
  podAntiAffinity: object(shape(`${pkg}.PodAntiAffinity`, 'Far from other pods.', podTerms), 'Far from other pods.'),
});

export const toleration = shape(`${pkg}.Toleration`, 'A taint that a pod can bear.', {
  key: text('Key of the taint; all when absent.'),
  operator: text('Exists or Equal.', { goType: 'v1.TolerationOperator' }),
  value: text('Value of the taint.'),
  effect: text('Effect of the taint; all when absent.', { goType: 'v1.TaintEffect' }),
  tolerationSeconds: int64('Seconds for which NoExecute is borne.', pointer),
});

export const spread = shape(`${pkg}.TopologySpreadConstraint`, 'How pods are spread.', {
  maxSkew: int32('Largest difference.', needed),
  topologyKey: text('Label of nodes over whose values pods are spread.', needed),
  whenUnsatisfiable: text('DoNotSchedule or ScheduleAnyway.', {
    ...needed,
    goType: 'v1.UnsatisfiableConstraintAction',
  }),
  labelSelector: object(labelSelector, 'Which pods count.'),
  minDomains: int32('Least number of values.', pointer),
  nodeAffinityPolicy: text('Honor or Ignore.', pointer),
  nodeTaintsPolicy: text('Honor or Ignore.', pointer),
  matchLabelKeys: texts('Keys whose values must be equal.', atomic),
});
