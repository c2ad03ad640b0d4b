import { at, textOf } from '../json.ts';
import type { Kind, Subresource, Verb } from '../kind.ts';
import { any, topLevel } from '../schema/build.ts';
import { objectMeta } from '../schema/meta.ts';
import { keptBodies } from '../schema/kept-bodies.ts';
import type { Field } from '../schema/schema.ts';
import { ageColumn, nameColumn, table } from '../table/build.ts';
import { dnsSubdomainName, pathSegmentName } from '../validation/names.ts';
import { olderAutoscaler } from './autoscaler.ts';
import { strategyOf } from './strategy.ts';

/**
 * The other kinds of a real server, so that discovery tells the same and manifests of all sorts can be kept here. Their
 * objects are kept as given: metadata is judged, the fields below it are neither filled in nor judged, and nothing
 * acts on them.
 */
interface Kept {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly clusterWide?: true;
  /** Fields beside metadata; `spec` and, with that subresource, `status` when absent. */
  readonly fields?: readonly string[];
  readonly status?: true;
  /** Further subresources of which the whole object is the body. */
  readonly subresources?: readonly string[];
  readonly generation?: true;
  readonly version?: string;
  readonly verbs?: readonly Verb[];
  /** Fields of the spec that clients select by. */
  readonly selectable?: readonly string[];
}

const wide = { clusterWide: true } as const;
const status = { status: true } as const;
const workload = { categories: ['all'], status: true, generation: true } as const;
const extension = { categories: ['api-extensions'], clusterWide: true, generation: true } as const;

const kept: Readonly<Record<string, readonly Kept[]>> = {
  '': [
    {
      kind: 'ComponentStatus',
      plural: 'componentstatuses',
      shortNames: ['cs'],
      ...wide,
      fields: ['conditions'],
      verbs: ['get', 'list'],
    },
    { kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'] },
    { kind: 'PersistentVolumeClaim', plural: 'persistentvolumeclaims', shortNames: ['pvc'], ...status },
    { kind: 'PersistentVolume', plural: 'persistentvolumes', shortNames: ['pv'], ...wide, ...status },
    { kind: 'PodTemplate', plural: 'podtemplates', fields: ['template'], generation: true },
    { kind: 'ReplicationController', plural: 'replicationcontrollers', shortNames: ['rc'], ...workload },
    { kind: 'ResourceQuota', plural: 'resourcequotas', shortNames: ['quota'], ...status },
  ],
  'apiregistration.k8s.io': [
    { kind: 'APIService', plural: 'apiservices', categories: ['api-extensions'], ...wide, ...status },
  ],
  apps: [
    { kind: 'ControllerRevision', plural: 'controllerrevisions', fields: ['data', 'revision'] },
    { kind: 'DaemonSet', plural: 'daemonsets', shortNames: ['ds'], ...workload },
    { kind: 'StatefulSet', plural: 'statefulsets', shortNames: ['sts'], ...workload },
  ],
  autoscaling: [
    {
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      shortNames: ['hpa'],
      categories: ['all'],
      ...status,
      version: 'v2',
    },
  ],
  batch: [
    { kind: 'CronJob', plural: 'cronjobs', shortNames: ['cj'], ...workload },
    { kind: 'Job', plural: 'jobs', ...workload },
  ],
  'certificates.k8s.io': [
    {
      kind: 'CertificateSigningRequest',
      plural: 'certificatesigningrequests',
      shortNames: ['csr'],
      ...wide,
      ...status,
      subresources: ['approval'],
    },
  ],
  'networking.k8s.io': [
    { kind: 'IngressClass', plural: 'ingressclasses', ...wide, generation: true },
    { kind: 'Ingress', plural: 'ingresses', shortNames: ['ing'], ...status, generation: true },
    { kind: 'IPAddress', plural: 'ipaddresses', shortNames: ['ip'], ...wide },
    { kind: 'NetworkPolicy', plural: 'networkpolicies', shortNames: ['netpol'], generation: true },
    { kind: 'ServiceCIDR', plural: 'servicecidrs', ...wide, ...status },
  ],
  policy: [
    { kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets', shortNames: ['pdb'], ...status, generation: true },
  ],
  'storage.k8s.io': [
    { kind: 'CSIDriver', plural: 'csidrivers', ...wide },
    { kind: 'CSINode', plural: 'csinodes', ...wide },
    {
      kind: 'CSIStorageCapacity',
      plural: 'csistoragecapacities',
      fields: ['nodeTopology', 'storageClassName', 'capacity', 'maximumVolumeSize'],
    },
    {
      kind: 'StorageClass',
      plural: 'storageclasses',
      shortNames: ['sc'],
      ...wide,
      fields: [
        'provisioner',
        'parameters',
        'reclaimPolicy',
        'mountOptions',
        'allowVolumeExpansion',
        'volumeBindingMode',
        'allowedTopologies',
      ],
    },
    { kind: 'VolumeAttachment', plural: 'volumeattachments', ...wide, ...status },
    {
      kind: 'VolumeAttributesClass',
      plural: 'volumeattributesclasses',
      shortNames: ['vac'],
      ...wide,
      fields: ['driverName', 'parameters'],
    },
  ],
  'admissionregistration.k8s.io': [
    { kind: 'MutatingAdmissionPolicy', plural: 'mutatingadmissionpolicies', ...extension },
    { kind: 'MutatingAdmissionPolicyBinding', plural: 'mutatingadmissionpolicybindings', ...extension },
    {
      kind: 'MutatingWebhookConfiguration',
      plural: 'mutatingwebhookconfigurations',
      ...extension,
      fields: ['webhooks'],
    },
    { kind: 'ValidatingAdmissionPolicy', plural: 'validatingadmissionpolicies', ...extension, ...status },
    { kind: 'ValidatingAdmissionPolicyBinding', plural: 'validatingadmissionpolicybindings', ...extension },
    {
      kind: 'ValidatingWebhookConfiguration',
      plural: 'validatingwebhookconfigurations',
      ...extension,
      fields: ['webhooks'],
    },
  ],
  'apiextensions.k8s.io': [
    {
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      shortNames: ['crd', 'crds'],
      ...extension,
      ...status,
    },
  ],
  'scheduling.k8s.io': [
    {
      kind: 'PriorityClass',
      plural: 'priorityclasses',
      shortNames: ['pc'],
      ...wide,
      generation: true,
      fields: ['value', 'globalDefault', 'description', 'preemptionPolicy'],
    },
  ],
  'node.k8s.io': [
    { kind: 'RuntimeClass', plural: 'runtimeclasses', ...wide, fields: ['handler', 'overhead', 'scheduling'] },
  ],
  'resource.k8s.io': [
    { kind: 'DeviceClass', plural: 'deviceclasses', ...wide, generation: true },
    { kind: 'ResourceClaim', plural: 'resourceclaims', ...status },
    { kind: 'ResourceClaimTemplate', plural: 'resourceclaimtemplates' },
    {
      kind: 'ResourceSlice',
      plural: 'resourceslices',
      ...wide,
      generation: true,
      selectable: ['driver', 'nodeName'],
    },
  ],
  'flowcontrol.apiserver.k8s.io': [
    { kind: 'FlowSchema', plural: 'flowschemas', ...wide, ...status, generation: true },
    { kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations', ...wide, ...status, generation: true },
  ],
};

const everyVerb: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

function keep(group: string, own: Kept): Kind {
  const { kind, plural, version = 'v1' } = own;
  const names = own.fields ?? (own.status ? ['spec', 'status'] : ['spec']);
  const fields = names.map((name): [string, Field] => [name, any(`The ${name}, kept as given.`)]);
  const pkg = `io.k8s.api.${group === '' ? 'core' : group.split('.')[0]}.${version}`;
  const schema = topLevel(`${pkg}.${kind}`, 'Kept as given.', objectMeta, Object.fromEntries(fields));
  const bodies = [...(own.status ? ['status'] : []), ...(own.subresources ?? [])];
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: own.shortNames ?? [],
    categories: own.categories ?? [],
    namespaced: !own.clusterWide,
    verbs: own.verbs ?? everyVerb,
    subresources: bodies.map((name): Subresource => ({ name, verbs: ['get', 'patch', 'update'] })),
    schema,
    keptAsGiven: true,
    ...readableAs(group, version, kind),
    strategy: strategyOf({
      schema,
      namespaced: !own.clusterWide,
      name: group === 'flowcontrol.apiserver.k8s.io' ? pathSegmentName : dnsSubdomainName,
      ...(own.status ? status : {}),
      ...(own.generation ? { generation: true } : {}),
    }),
    selectableFields: Object.fromEntries(
      (own.selectable ?? []).map((field) => [`spec.${field}`, (object) => textOf(at(object, 'spec', field))]),
    ),
    table: table(nameColumn, ageColumn),
    deleteAnswer: 'status',
    createsOnPut: false,
    unconditionalUpdate: true,
  };
}

/** How its bodies are read from protobuf, where they are. */
const readableAs = (group: string, version: string, kind: string): Pick<Kind, 'protobufBody'> => {
  const protobufBody = keptBodies[`${group}/${version}/${kind}`];
  return protobufBody === undefined ? {} : { protobufBody };
};

export const keptKinds: readonly Kind[] = Object.entries(kept).flatMap(([group, kinds]) =>
  kinds
    .map((own) => keep(group, own))
    .flatMap((kind) =>
      group === 'autoscaling' ? [kind, { ...olderAutoscaler(kind), ...readableAs(group, 'v1', kind.kind) }] : [kind],
    ),
);
