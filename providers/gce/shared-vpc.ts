import { PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { nameOf } from '../../src/graph/resource.ts';
import { formatMark, type Owner } from '../../src/model/owner.ts';
import type { Notice } from '../../src/provider.ts';
import type { Cloud } from './cloud.ts';
import { list, text, texts } from './compute/fields.ts';
import { heldFrom } from './inventory.ts';
import type { KindName } from './kinds/kinds.ts';
import { lastSegment, type ResourcePath } from './paths.ts';
import { bodyOf } from './writing.ts';

/** Whether a refusal means that the administrator of the shared network has to do it. */
export const mustAsk = ({ config }: Cloud, kind: KindName, error: PorticoError): boolean =>
  kind === 'firewall' && error.code === 'denied' && config.networkProject !== config.project;

/**
 * Counts the step as done and tells the exact command, once: a firewall rule that an administrator was asked for is
 * taken as made until the cloud is listed again.
 */
export function manualChange(cloud: Cloud, step: Step, owner: Owner, path: ResourcePath): readonly Notice[] {
  const command = gcloudCommand(cloud, step, owner);
  const body = bodyOf(cloud, step, owner, 'firewall');
  cloud.known.set(path, step.op === 'delete' ? undefined : heldFrom(cloud.config, 'firewall', body));
  if (cloud.asked.get(path) === command) return [];
  cloud.asked.set(path, command);
  return [
    {
      reason: 'LoadBalancerManualChange',
      message: `Firewall change required by network admin: \`${command}\``,
    },
  ];
}

/** Without rights on the firewall rules of its own project: the same error, with what somebody who has them may run. */
export function withCommand(cloud: Cloud, step: Step, owner: Owner, error: PorticoError): PorticoError {
  if (error.code !== 'denied') return error;
  const { code, message, object = step.resource.id, cause = error } = error;
  const command = gcloudCommand(cloud, step, owner);
  return new PorticoError(code, `${message} Grant the right, or have this run: \`${command}\``, { object, cause });
}

/** The command for a step on a firewall rule, its flags in a fixed order and its lists sorted. */
export function gcloudCommand(cloud: Cloud, step: Step, owner: Owner): string {
  const verb = step.op;
  const project = `--project ${cloud.config.networkProject}`;
  const head = `gcloud compute firewall-rules ${verb} ${nameOf(step.resource.id)}`;
  if (verb === 'delete') return `${head} ${project}`;
  const body = bodyOf(cloud, step, owner, 'firewall');
  const flags: readonly (readonly [string, string])[] = [
    ...(verb === 'create' ? [['--network', lastSegment(text(body, 'network') ?? '')] as const] : []),
    ['--description', `'${formatMark({ owner, role: step.resource.id })}'`],
    ['--allow', allowFlag(body)],
    ['--source-ranges', texts(body, 'sourceRanges').toSorted().join(',')],
    ['--destination-ranges', texts(body, 'destinationRanges').toSorted().join(',')],
    ['--target-tags', texts(body, 'targetTags').toSorted().join(',')],
    ['--priority', String(body['priority'])],
    ...(verb === 'create' ? [['--direction', 'INGRESS'] as const] : []),
  ];
  const given = flags.filter(([, value]) => value !== '').map(([flag, value]) => `${flag} ${value}`);
  return [head, ...given, project].join(' ');
}

const allowFlag = (body: Readonly<Record<string, unknown>>): string =>
  list(body, 'allowed')
    .flatMap((entry) => {
      const protocol = text(entry, 'IPProtocol') ?? '';
      const ports = texts(entry, 'ports');
      return ports.length === 0 ? [protocol] : ports.map((port) => `${protocol}:${port}`);
    })
    .join(',');
