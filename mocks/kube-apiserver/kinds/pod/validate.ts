import { at, isObject, type JsonObject, listOf, objectOf, sameJson, textOf } from '../../json.ts';
import type { FieldError, KubeObject } from '../../kind.ts';
import { isV6, wrongIp } from '../../validation/addresses.ts';
import {
  duplicate,
  forbidden,
  invalidEach,
  invalidValue,
  required,
  unsupported,
} from '../../validation/field-error.ts';
import { wrongDnsLabel, wrongPort, wrongPortName } from '../../validation/names.ts';
import { numberOf } from '../service/fields.ts';
import { protocols } from '../service/ports.ts';
import { changed } from '../strategy.ts';

/** Rules of a pod's content; `path` leads to its spec, which may be that of a template. */
export function wrongPodSpec(spec: JsonObject, path = 'spec'): readonly FieldError[] {
  const containers = listOf(spec['containers']).filter(isObject);
  const init = listOf(spec['initContainers']).filter(isObject);
  const volumes = listOf(spec['volumes']).filter(isObject);
  const names = volumes.map((volume) => textOf(volume['name']));
  const policy = spec['restartPolicy'];
  const dns = spec['dnsPolicy'];
  const policies = ['Always', 'OnFailure', 'Never'];
  const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
  return [
    ...names.flatMap((name, index) => wrongName(`${path}.volumes[${index}].name`, name, names.indexOf(name) < index)),
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...wrongContainers(`${path}.containers`, containers, names),
    ...wrongContainers(`${path}.initContainers`, init, names),
    ...(policies.includes(textOf(policy)) ? [] : [unsupported(`${path}.restartPolicy`, policy, policies)]),
    ...(dnsPolicies.includes(textOf(dns)) ? [] : [unsupported(`${path}.dnsPolicy`, dns, dnsPolicies)]),
  ];
}

function wrongName(field: string, name: string, repeated: boolean): readonly FieldError[] {
  if (name === '') return [required(field)];
  return [...invalidEach(field, name, wrongDnsLabel(name)), ...(repeated ? [duplicate(field, name)] : [])];
}

function wrongContainers(
  path: string,
  containers: readonly JsonObject[],
  volumes: readonly string[],
): readonly FieldError[] {
  const names = containers.map((container) => textOf(container['name']));
  return containers.flatMap((container, index) => {
    const name = names[index] ?? '';
    const field = `${path}[${index}]`;
    return [
      ...wrongName(`${field}.name`, name, names.indexOf(name) < index),
      ...wrongImage(`${field}.image`, textOf(container['image'])),
      ...wrongContainerPorts(`${field}.ports`, listOf(container['ports']).filter(isObject)),
      ...listOf(container['env']).flatMap((variable, place) =>
        textOf(at(variable, 'name')) === '' ? [required(`${field}.env[${place}].name`)] : [],
      ),
      ...wrongMounts(`${field}.volumeMounts`, listOf(container['volumeMounts']).filter(isObject), volumes),
    ];
  });
}

function wrongImage(field: string, image: string): readonly FieldError[] {
  if (image === '') return [required(field)];
  return image.trim() === image ? [] : [invalidValue(field, image, 'must not have leading or trailing whitespace')];
}

function wrongContainerPorts(path: string, ports: readonly JsonObject[]): readonly FieldError[] {
  const names = ports.map((port) => textOf(port['name']));
  return ports.flatMap(({ containerPort, protocol }, index) => {
    const name = names[index] ?? '';
    const field = `${path}[${index}]`;
    const number = numberOf(containerPort);
    return [
      ...(name === '' ? [] : invalidEach(`${field}.name`, name, wrongPortName(name))),
      ...(name !== '' && names.indexOf(name) < index ? [duplicate(`${field}.name`, name)] : []),
      ...(number === 0
        ? [required(`${field}.containerPort`)]
        : invalidEach(`${field}.containerPort`, number, wrongPort(number))),
      ...(protocols.includes(textOf(protocol)) ? [] : [unsupported(`${field}.protocol`, protocol, protocols)]),
    ];
  });
}

function wrongMounts(path: string, mounts: readonly JsonObject[], volumes: readonly string[]): readonly FieldError[] {
  const paths = mounts.map((mount) => textOf(mount['mountPath']));
  return mounts.flatMap((mount, index) => {
    const name = textOf(mount['name']);
    const field = `${path}[${index}]`;
    const mountPath = paths[index] ?? '';
    return [
      ...(name === '' ? [required(`${field}.name`)] : []),
      ...(name !== '' && !volumes.includes(name)
        ? [
            {
              reason: 'FieldValueNotFound',
              field: `${field}.name`,
              message: `Not found: ${JSON.stringify(name)}`,
            } as const,
          ]
        : []),
      ...(mountPath === '' ? [required(`${field}.mountPath`)] : []),
      ...(paths.indexOf(mountPath) < index ? [invalidValue(`${field}.mountPath`, mountPath, 'must be unique')] : []),
    ];
  });
}

const onlyThese =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Of a running pod only images, the deadline, further tolerations and metadata can be changed. */
export function wrongPodChange(pod: KubeObject, old: KubeObject): readonly FieldError[] {
  const [after, before] = [objectOf(pod['spec']), objectOf(old['spec'])];
  for (const key of ['containers', 'initContainers']) {
    if (listOf(after[key]).length !== listOf(before[key]).length) {
      return [
        forbidden(`spec.${key}`, `pod updates may not add or remove ${key === 'containers' ? '' : 'init '}containers`),
      ];
    }
  }
  return sameJson(fixedPart(after), fixedPart(before)) ? [] : [forbidden('spec', onlyThese)];
}

function fixedPart(spec: JsonObject): JsonObject {
  const imageless = (key: string): JsonObject[] =>
    listOf(spec[key])
      .filter(isObject)
      .map((container) => changed(container, { image: undefined }));
  return changed(spec, {
    containers: imageless('containers'),
    initContainers: imageless('initContainers'),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
  });
}

export function wrongPodStatus(pod: KubeObject): readonly FieldError[] {
  return ['podIPs', 'hostIPs'].flatMap((key) => {
    const ips = listOf(at(pod, 'status', key)).map((each) => textOf(at(each, 'ip')));
    const [first = '', second] = ips;
    const same = second !== undefined && (ips.length > 2 || isV6(first) === isV6(second));
    return [
      ...ips.flatMap((ip, index) => wrongIp(`status.${key}[${index}]`, ip)),
      ...(same
        ? [
            invalidValue(
              `status.${key}`,
              ips.map((IP) => ({ IP })),
              'may specify no more than one IP for each IP family',
            ),
          ]
        : []),
    ];
  });
}
