import type { FieldNumbers } from './field-numbers.ts';

/** Messages of the other groups, and those that all share. */
export const groupFields: FieldNumbers = {
  'io.k8s.api.apps.v1': {
    Deployment: 'metadata spec status',
    DeploymentCondition: 'type status - reason message lastUpdateTime lastTransitionTime',
    DeploymentSpec: `
      replicas selector template strategy minReadySeconds revisionHistoryLimit paused - progressDeadlineSeconds`,
    DeploymentStatus: `
      observedGeneration replicas updatedReplicas availableReplicas unavailableReplicas conditions readyReplicas
      collisionCount terminatingReplicas`,
    DeploymentStrategy: 'type rollingUpdate',
    ReplicaSet: 'metadata spec status',
    ReplicaSetCondition: 'type status lastTransitionTime reason message',
    ReplicaSetSpec: 'replicas selector template minReadySeconds',
    ReplicaSetStatus: `
      replicas fullyLabeledReplicas observedGeneration readyReplicas availableReplicas conditions
      terminatingReplicas`,
    RollingUpdateDeployment: 'maxUnavailable maxSurge',
  },
  'io.k8s.api.authentication.v1': {
    BoundObjectReference: 'kind apiVersion name uid',
    SelfSubjectReview: 'metadata status',
    SelfSubjectReviewStatus: 'userInfo',
    TokenRequest: 'metadata spec status',
    TokenRequestSpec: 'audiences - boundObjectRef expirationSeconds',
    TokenRequestStatus: 'token expirationTimestamp',
    TokenReview: 'metadata spec status',
    TokenReviewSpec: 'token audiences',
    TokenReviewStatus: 'authenticated user error audiences',
    UserInfo: 'username uid groups extra',
  },
  'io.k8s.api.authorization.v1': {
    FieldSelectorAttributes: 'rawSelector requirements',
    LabelSelectorAttributes: 'rawSelector requirements',
    LocalSubjectAccessReview: 'metadata spec status',
    NonResourceAttributes: 'path verb',
    NonResourceRule: 'verbs nonResourceURLs',
    ResourceAttributes: 'namespace verb group version resource subresource name fieldSelector labelSelector',
    ResourceRule: 'verbs apiGroups resources resourceNames',
    SelfSubjectAccessReview: 'metadata spec status',
    SelfSubjectAccessReviewSpec: 'resourceAttributes nonResourceAttributes',
    SelfSubjectRulesReview: 'metadata spec status',
    SelfSubjectRulesReviewSpec: 'namespace',
    SubjectAccessReview: 'metadata spec status',
    SubjectAccessReviewSpec: 'resourceAttributes nonResourceAttributes user groups extra uid',
    SubjectAccessReviewStatus: 'allowed reason evaluationError denied',
    SubjectRulesReviewStatus: 'resourceRules nonResourceRules incomplete evaluationError',
  },
  'io.k8s.api.autoscaling.v1': {
    HorizontalPodAutoscaler: 'metadata spec status',
    HorizontalPodAutoscalerSpec: 'scaleTargetRef minReplicas maxReplicas targetCPUUtilizationPercentage',
    Scale: 'metadata spec status',
    ScaleSpec: 'replicas',
    ScaleStatus: 'replicas selector',
  },
  'io.k8s.api.autoscaling.v2': {
    CrossVersionObjectReference: 'kind name apiVersion',
    HorizontalPodAutoscaler: 'metadata spec status',
    HorizontalPodAutoscalerSpec: 'scaleTargetRef minReplicas maxReplicas metrics behavior',
    MetricSpec: 'type object pods resource external - containerResource',
    MetricTarget: 'type value averageValue averageUtilization',
    ResourceMetricSource: 'name target',
  },
  'io.k8s.api.batch.v1': {
    CronJob: 'metadata spec status',
    CronJobSpec: `
      schedule startingDeadlineSeconds concurrencyPolicy suspend jobTemplate successfulJobsHistoryLimit
      failedJobsHistoryLimit timeZone`,
    Job: 'metadata spec status',
    JobSpec: `
      parallelism completions activeDeadlineSeconds selector manualSelector template backoffLimit
      ttlSecondsAfterFinished completionMode suspend`,
    JobTemplateSpec: 'metadata spec',
  },
  'io.k8s.api.coordination.v1': {
    Lease: 'metadata spec',
    LeaseSpec: 'holderIdentity leaseDurationSeconds acquireTime renewTime leaseTransitions strategy preferredHolder',
  },
  'io.k8s.api.discovery.v1': {
    Endpoint: 'addresses conditions hostname targetRef deprecatedTopology nodeName zone hints',
    EndpointConditions: 'ready serving terminating',
    EndpointHints: 'forZones forNodes',
    EndpointPort: 'name protocol port appProtocol',
    EndpointSlice: 'metadata endpoints ports addressType',
    ForNode: 'name',
    ForZone: 'name',
  },
  'io.k8s.api.events.v1': {
    Event: `
      metadata eventTime series reportingController reportingInstance action reason regarding related note type
      deprecatedSource deprecatedFirstTimestamp deprecatedLastTimestamp deprecatedCount`,
    EventSeries: 'count lastObservedTime',
  },
  'io.k8s.api.networking.v1': {
    HTTPIngressPath: 'path backend pathType',
    HTTPIngressRuleValue: 'paths',
    Ingress: 'metadata spec status',
    IngressBackend: '- - resource service',
    IngressRule: 'host @IngressRuleValue',
    IngressRuleValue: 'http',
    IngressServiceBackend: 'name port',
    IngressSpec: 'defaultBackend tls rules ingressClassName',
    IngressTLS: 'hosts secretName',
    ServiceBackendPort: 'name number',
  },
  'io.k8s.api.policy.v1': {
    PodDisruptionBudget: 'metadata spec status',
    PodDisruptionBudgetSpec: 'minAvailable selector maxUnavailable',
    Eviction: 'metadata deleteOptions',
  },
  'io.k8s.api.rbac.v1': {
    AggregationRule: 'clusterRoleSelectors',
    ClusterRole: 'metadata rules aggregationRule',
    ClusterRoleBinding: 'metadata subjects roleRef',
    PolicyRule: 'verbs apiGroups resources resourceNames nonResourceURLs',
    Role: 'metadata rules',
    RoleBinding: 'metadata subjects roleRef',
    RoleRef: 'apiGroup kind name',
    Subject: 'kind apiGroup name namespace',
  },
  'io.k8s.api.scheduling.v1': {
    PriorityClass: 'metadata value globalDefault description preemptionPolicy',
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1': {
    Condition: 'type status observedGeneration lastTransitionTime reason message',
    DeleteOptions: `
      gracePeriodSeconds preconditions orphanDependents propagationPolicy dryRun
      ignoreStoreReadErrorWithClusterBreakingPotential`,
    FieldSelectorRequirement: 'key operator values',
    LabelSelector: 'matchLabels matchExpressions',
    LabelSelectorRequirement: 'key operator values',
    ListMeta: 'selfLink resourceVersion continue remainingItemCount',
    ManagedFieldsEntry: 'manager operation apiVersion time - fieldsType fieldsV1 subresource',
    ObjectMeta: `
      name generateName namespace selfLink uid resourceVersion generation creationTimestamp deletionTimestamp
      deletionGracePeriodSeconds labels annotations ownerReferences finalizers - - managedFields`,
    OwnerReference: 'kind - name uid apiVersion controller blockOwnerDeletion',
    PartialObjectMetadata: 'metadata',
    Preconditions: 'uid resourceVersion',
    Status: 'metadata status message reason details code',
    StatusCause: 'reason message field',
    StatusDetails: 'name group kind causes retryAfterSeconds uid',
  },
};
