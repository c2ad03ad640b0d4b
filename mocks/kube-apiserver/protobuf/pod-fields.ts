import type { FieldNumbers } from './field-numbers.ts';

/** Messages of pods. */
export const podFields: FieldNumbers = {
  'io.k8s.api.core.v1': {
    Affinity: 'nodeAffinity podAffinity podAntiAffinity',
    AppArmorProfile: 'type localhostProfile',
    CSIVolumeSource: 'driver readOnly fsType volumeAttributes nodePublishSecretRef',
    Capabilities: 'add drop',
    ConfigMapEnvSource: '@LocalObjectReference optional',
    ConfigMapKeySelector: '@LocalObjectReference key optional',
    ConfigMapProjection: '@LocalObjectReference items - optional',
    ConfigMapVolumeSource: '@LocalObjectReference items defaultMode optional',
    Container: `
      name image command args workingDir ports env resources volumeMounts livenessProbe readinessProbe lifecycle
      terminationMessagePath imagePullPolicy securityContext stdin stdinOnce tty envFrom terminationMessagePolicy
      volumeDevices startupProbe resizePolicy restartPolicy restartPolicyRules`,
    ContainerImage: 'names sizeBytes',
    ContainerPort: 'name hostPort containerPort protocol hostIP',
    ContainerResizePolicy: 'resourceName restartPolicy',
    ContainerRestartRule: 'action exitCodes',
    ContainerState: 'waiting running terminated',
    ContainerStateRunning: 'startedAt',
    ContainerStateTerminated: 'exitCode signal reason message startedAt finishedAt containerID',
    ContainerStateWaiting: 'reason message',
    ContainerStatus: `
      name state lastState ready restartCount image imageID containerID started allocatedResources resources
      volumeMounts user allocatedResourcesStatus stopSignal`,
    DownwardAPIProjection: 'items',
    DownwardAPIVolumeFile: 'path fieldRef resourceFieldRef mode',
    DownwardAPIVolumeSource: 'items defaultMode',
    EmptyDirVolumeSource: 'medium sizeLimit',
    EnvFromSource: 'prefix configMapRef secretRef',
    EnvVar: 'name value valueFrom',
    EnvVarSource: 'fieldRef resourceFieldRef configMapKeyRef secretKeyRef',
    EphemeralContainer: '@EphemeralContainerCommon targetContainerName',
    EphemeralContainerCommon: `
      name image command args workingDir ports env resources volumeMounts livenessProbe readinessProbe lifecycle
      terminationMessagePath imagePullPolicy securityContext stdin stdinOnce tty envFrom terminationMessagePolicy
      volumeDevices startupProbe resizePolicy restartPolicy restartPolicyRules`,
    ExecAction: 'command',
    GRPCAction: 'port service',
    HTTPGetAction: 'path port host scheme httpHeaders',
    HTTPHeader: 'name value',
    HostAlias: 'ip hostnames',
    HostIP: 'ip',
    HostPathVolumeSource: 'path type',
    KeyToPath: 'key path mode',
    Lifecycle: 'postStart preStop stopSignal',
    LifecycleHandler: 'exec httpGet tcpSocket sleep',
    NFSVolumeSource: 'server path readOnly',
    NodeAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
    NodeSelector: 'nodeSelectorTerms',
    NodeSelectorRequirement: 'key operator values',
    NodeSelectorTerm: 'matchExpressions matchFields',
    ObjectFieldSelector: 'apiVersion fieldPath',
    PersistentVolumeClaimVolumeSource: 'claimName readOnly',
    Pod: 'metadata spec status',
    PodAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
    PodAffinityTerm: 'labelSelector namespaces topologyKey namespaceSelector matchLabelKeys mismatchLabelKeys',
    PodAntiAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
    PodCondition: 'type status lastProbeTime lastTransitionTime reason message observedGeneration',
    PodDNSConfig: 'nameservers searches options',
    PodDNSConfigOption: 'name value',
    PodIP: 'ip',
    PodOS: 'name',
    PodReadinessGate: 'conditionType',
    PodResourceClaim: 'name - resourceClaimName resourceClaimTemplateName',
    PodSchedulingGate: 'name',
    PodSecurityContext: `
      seLinuxOptions runAsUser runAsNonRoot supplementalGroups fsGroup runAsGroup sysctls windowsOptions
      fsGroupChangePolicy seccompProfile appArmorProfile supplementalGroupsPolicy seLinuxChangePolicy`,
    PodSpec: `
      volumes containers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector
      serviceAccountName serviceAccount nodeName hostNetwork hostPID hostIPC securityContext imagePullSecrets
      hostname subdomain affinity schedulerName initContainers automountServiceAccountToken tolerations
      hostAliases priorityClassName priority dnsConfig shareProcessNamespace readinessGates runtimeClassName
      enableServiceLinks preemptionPolicy overhead topologySpreadConstraints ephemeralContainers setHostnameAsFQDN
      os hostUsers schedulingGates resourceClaims resources hostnameOverride workloadRef`,
    PodStatus: `
      phase conditions message reason hostIP podIP startTime containerStatuses qosClass initContainerStatuses
      nominatedNodeName podIPs ephemeralContainerStatuses resize resourceClaimStatuses hostIPs observedGeneration
      extendedResourceClaimStatus allocatedResources resources`,
    PodTemplateSpec: 'metadata spec',
    PreferredSchedulingTerm: 'weight preference',
    Probe: `
      @ProbeHandler initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold
      terminationGracePeriodSeconds`,
    ProbeHandler: 'exec httpGet tcpSocket grpc',
    ProjectedVolumeSource: 'sources defaultMode',
    ResourceClaim: 'name request',
    ResourceFieldSelector: 'containerName resource divisor',
    ResourceRequirements: 'limits requests claims',
    SELinuxOptions: 'user role type level',
    SeccompProfile: 'type localhostProfile',
    SecretEnvSource: '@LocalObjectReference optional',
    SecretKeySelector: '@LocalObjectReference key optional',
    SecretProjection: '@LocalObjectReference items - optional',
    SecretVolumeSource: 'secretName items defaultMode optional',
    SecurityContext: `
      capabilities privileged seLinuxOptions runAsUser runAsNonRoot readOnlyRootFilesystem
      allowPrivilegeEscalation runAsGroup procMount windowsOptions seccompProfile appArmorProfile`,
    ServiceAccountTokenProjection: 'audience expirationSeconds path',
    SleepAction: 'seconds',
    Sysctl: 'name value',
    TCPSocketAction: 'port host',
    Toleration: 'key operator value effect tolerationSeconds',
    TopologySpreadConstraint: `
      maxSkew topologyKey whenUnsatisfiable labelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy
      matchLabelKeys`,
    Volume: 'name @VolumeSource',
    VolumeDevice: 'name devicePath',
    VolumeMount: 'name readOnly mountPath subPath mountPropagation subPathExpr recursiveReadOnly',
    VolumeProjection: 'secret downwardAPI configMap serviceAccountToken clusterTrustBundle podCertificate',
    VolumeSource: `
      hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs
      persistentVolumeClaim rbd flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume
      quobyte azureDisk photonPersistentDisk portworxVolume scaleIO projected storageos csi ephemeral image`,
    WeightedPodAffinityTerm: 'weight podAffinityTerm',
    WindowsSecurityContextOptions: 'gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess',
  },
};
