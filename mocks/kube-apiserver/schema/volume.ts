import { any, atomic, bool, int32, int64, keyed, list, object, pointer, quantity, shape, text } from './build.ts';
import type { Field } from './schema.ts';
import { localObjectReference } from './reference.ts';

const pkg = 'io.k8s.api.core.v1';
const needed = { required: true, keepEmpty: true } as const;

const keyToPath = shape(`${pkg}.KeyToPath`, 'A key as a file.', {
  key: text('The key.', needed),
  path: text('Path of the file.', needed),
  mode: int32('Mode of the file.', pointer),
});

const items = list(keyToPath, 'Keys that become files; all when absent.', atomic);
const optional = bool('Whether it may be missing.', pointer);
const defaultMode = int32('Mode of files; 0644 when absent.', pointer);
const readOnly = bool('Whether it is read-only.');

const downwardFile = shape(`${pkg}.DownwardAPIVolumeFile`, 'A field of the pod as a file.', {
  path: text('Path of the file.', needed),
  fieldRef: object(
    shape(
      `${pkg}.ObjectFieldSelector`,
      'A field of the pod.',
      {
        apiVersion: text('Version of the schema the path is in.'),
        fieldPath: text('Path of the field.', needed),
      },
      'atomic',
    ),
    'The field.',
  ),
  resourceFieldRef: object(
    shape(
      `${pkg}.ResourceFieldSelector`,
      'A resource of a container.',
      {
        containerName: text('Name of the container.'),
        resource: text('The resource.', needed),
        divisor: quantity('Unit of the value.', { keepEmpty: true }),
      },
      'atomic',
    ),
    'The resource.',
  ),
  mode: int32('Mode of the file.', pointer),
});

const projection = shape(`${pkg}.VolumeProjection`, 'One source of a projected volume.', {
  secret: object(
    shape(`${pkg}.SecretProjection`, 'A Secret.', { name: text('Its name.', { default: '' }), items, optional }),
    'A Secret.',
  ),
  downwardAPI: object(
    shape(`${pkg}.DownwardAPIProjection`, 'Fields of the pod.', { items: list(downwardFile, 'Files.', atomic) }),
    'Fields of the pod.',
  ),
  configMap: object(
    shape(`${pkg}.ConfigMapProjection`, 'A ConfigMap.', { name: text('Its name.', { default: '' }), items, optional }),
    'A ConfigMap.',
  ),
  serviceAccountToken: object(
    shape(`${pkg}.ServiceAccountTokenProjection`, 'A token.', {
      audience: text('Audience of the token.'),
      expirationSeconds: int64('Seconds of life; 3600 when absent.', pointer),
      path: text('Path of the file.', needed),
    }),
    'A token.',
  ),
  clusterTrustBundle: any('A trust bundle.'),
  podCertificate: any('A certificate of the pod.'),
});

/** Sources that are not interpreted here keep their content as it is. */
const opaque = Object.fromEntries(
  [
    'gcePersistentDisk',
    'awsElasticBlockStore',
    'gitRepo',
    'iscsi',
    'glusterfs',
    'rbd',
    'flexVolume',
    'cinder',
    'cephfs',
    'flocker',
    'fc',
    'azureFile',
    'vsphereVolume',
    'quobyte',
    'azureDisk',
    'photonPersistentDisk',
    'portworxVolume',
    'scaleIO',
    'storageos',
    'ephemeral',
    'image',
  ].map((name): [string, Field] => [name, any(`A volume of type ${name}.`)]),
);

export const volume = shape(`${pkg}.Volume`, 'A volume that containers can mount.', {
  name: text('Name of the volume, a DNS label, unique in the pod.', needed),
  hostPath: object(
    shape(`${pkg}.HostPathVolumeSource`, 'A path of the host.', {
      path: text('The path.', needed),
      type: text('What is expected there.', pointer),
    }),
    'A path of the host.',
  ),
  emptyDir: object(
    shape(`${pkg}.EmptyDirVolumeSource`, 'A directory that lives as long as the pod.', {
      medium: text('Memory, or the medium of the node.'),
      sizeLimit: quantity('Most that it may hold.', pointer),
    }),
    'A directory that lives as long as the pod.',
  ),
  secret: object(
    shape(`${pkg}.SecretVolumeSource`, 'A Secret as files.', {
      secretName: text('Name of the Secret.'),
      items,
      defaultMode,
      optional,
    }),
    'A Secret as files.',
  ),
  nfs: object(
    shape(`${pkg}.NFSVolumeSource`, 'An NFS export.', {
      server: text('Server.', needed),
      path: text('Path.', needed),
      readOnly,
    }),
    'An NFS export.',
  ),
  persistentVolumeClaim: object(
    shape(`${pkg}.PersistentVolumeClaimVolumeSource`, 'A claim.', {
      claimName: text('Name of the claim.', needed),
      readOnly,
    }),
    'A claim for a persistent volume.',
  ),
  downwardAPI: object(
    shape(`${pkg}.DownwardAPIVolumeSource`, 'Fields of the pod as files.', {
      items: list(downwardFile, 'Files.', atomic),
      defaultMode,
    }),
    'Fields of the pod as files.',
  ),
  configMap: object(
    shape(`${pkg}.ConfigMapVolumeSource`, 'A ConfigMap as files.', {
      name: text('Name of the ConfigMap.', { default: '' }),
      items,
      defaultMode,
      optional,
    }),
    'A ConfigMap as files.',
  ),
  projected: object(
    shape(`${pkg}.ProjectedVolumeSource`, 'Several sources in one directory.', {
      sources: list(projection, 'The sources.', { ...atomic, keepEmpty: true }),
      defaultMode,
    }),
    'Several sources in one directory.',
  ),
  csi: object(
    shape(`${pkg}.CSIVolumeSource`, 'A volume of a CSI driver.', {
      driver: text('Name of the driver.', needed),
      readOnly: bool('Whether it is read-only.', pointer),
      fsType: text('File system.', pointer),
      volumeAttributes: any('Settings of the driver.'),
      nodePublishSecretRef: object(localObjectReference, 'Secret for the driver.'),
    }),
    'A volume of a CSI driver.',
  ),
  ...opaque,
});

export const volumes = list(volume, 'Volumes that containers can mount.', {
  ...keyed('name'),
  patchStrategy: 'merge,retainKeys',
});
