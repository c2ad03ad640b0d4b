import type { Config } from './config.ts';
import { PorticoError } from './errors.ts';
import { parseCidr } from './model/cidr.ts';
import type { IpFamily } from './model/intent.ts';

/** Where the process runs, as far as settings that nobody gave may be taken from there. */
export interface Place {
  readonly project: string;
  readonly region: string;
  readonly network: string;
  readonly sharedNetwork: boolean;
  readonly tags: readonly string[];
}

/** Whether something is wanted that only the machine itself can tell. */
export const asksForPlace = ({ gceProject, gceRegion, gceNodeTags }: Config): boolean =>
  gceProject === undefined || gceRegion === undefined || isMetadata(gceNodeTags);

/**
 * What the adapter is told. What is given wins over what the machine says; the network is taken from the machine only
 * together with the project. Throws `invalid`.
 */
export function gceSettings(config: Config, place: Place | undefined) {
  const project = config.gceProject ?? place?.project;
  const region = config.gceRegion ?? place?.region;
  if (project === undefined || region === undefined) {
    throw invalid('The provider gce needs to know where: give --gce-project and --gce-region.');
  }
  const found = config.gceProject === undefined && config.gceNetwork === undefined ? place : undefined;
  if (found?.sharedNetwork && config.gceNetworkProject === undefined) {
    throw invalid(
      `The network ${found.network} of this machine belongs to another project: give that one's id with --gce-network-project.`,
    );
  }
  return {
    project,
    region,
    manageFirewalls: config.gceFirewalls === 'managed',
    backends: backendsOf(config),
    namePrefix: config.gceNamePrefix,
    families: config.gceIpFamilies,
    probedPorts: config.gceProbedPorts,
    ...given('network', config.gceNetwork ?? found?.network),
    ...given('subnetwork', config.gceSubnetwork),
    ...given('internalIpv6Subnetwork', config.gceInternalIpv6Subnetwork),
    ...given('networkProject', config.gceNetworkProject),
    ...given('nodeTags', isMetadata(config.gceNodeTags) ? tagsOf(place) : config.gceNodeTags),
    ...given('probeRanges', config.gceProbeRanges && byFamily(config.gceProbeRanges)),
  };
}

function backendsOf({ gceBackends: kind, gceInstanceGroups: groups }: Config) {
  if (kind !== 'existing') {
    if (groups !== undefined) {
      throw invalid('--gce-instance-groups names groups that others keep: give --gce-backends existing with it.');
    }
    return { kind };
  }
  if (groups === undefined) {
    throw invalid('--gce-backends existing needs the groups: give --gce-instance-groups ZONE/NAME,…');
  }
  return { kind, groups };
}

const isMetadata = (tags: readonly string[] | undefined): boolean => tags?.length === 1 && tags[0] === 'metadata';

function tagsOf(place: Place | undefined): readonly string[] {
  if (place && place.tags.length > 0) return place.tags;
  throw invalid(
    place
      ? 'This machine has no network tags: name those of the nodes with --gce-node-tags, or leave it out.'
      : '--gce-node-tags metadata works on Google Cloud only: name the tags of the nodes.',
  );
}

const byFamily = (cidrs: readonly string[]): Readonly<Record<IpFamily, readonly string[]>> => ({
  ipv4: cidrs.filter((cidr) => parseCidr(cidr)?.family === 'ipv4'),
  ipv6: cidrs.filter((cidr) => parseCidr(cidr)?.family === 'ipv6'),
});

const invalid = (message: string): PorticoError => new PorticoError('invalid', message);

/** The field when it has a value: adapters tell a field that is left out from one that is undefined. */
export const given = <K extends string, T>(name: K, value: T | undefined): Partial<Record<K, T>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, T>);
