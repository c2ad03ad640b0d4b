import { describe, expect, it } from 'vitest';
import { createGceProvider } from '../providers/gce/index.ts';
import { resolveConfig } from '../src/config.ts';
import { asksForPlace, gceSettings, type Place } from '../src/gce-settings.ts';

const configOf = (flags: Readonly<Record<string, string>>) =>
  resolveConfig({ flags: { provider: 'gce', clusterId: 'c', ...flags }, env: {} });
const settingsOf = (flags: Readonly<Record<string, string>>, place?: Place) => gceSettings(configOf(flags), place);

const given = { gceProject: 'shop-prod', gceRegion: 'us-central1' };
const machine: Place = {
  project: 'of-machine',
  region: 'europe-west1',
  network: 'blue',
  sharedNetwork: false,
  tags: ['gke-node', 'worker'],
};

describe('the settings of the adapter', () => {
  it.each([
    [{}, { project: 'shop-prod', region: 'us-central1', backends: { kind: 'instance-groups' }, namePrefix: 'portico' }],
    [
      { gceSubnetwork: 's', gceInternalIpv6Subnetwork: 't' },
      { subnetwork: 's', internalIpv6Subnetwork: 't' },
    ],
    [
      { gceNetwork: 'n', gceNetworkProject: 'host-project' },
      { network: 'n', networkProject: 'host-project' },
    ],
    [{ gceBackends: 'endpoint-groups' }, { backends: { kind: 'endpoint-groups' } }],
    [
      { gceBackends: 'existing', gceInstanceGroups: 'us-central1-a/one, us-central1-b/two' },
      { backends: { kind: 'existing', groups: ['us-central1-a/one', 'us-central1-b/two'] } },
    ],
    [{ gceFirewalls: 'off' }, { manageFirewalls: false }],
    [{ gceNodeTags: 'b,a' }, { nodeTags: ['b', 'a'] }],
    [{ gceIpFamilies: 'ipv6' }, { families: ['ipv6'] }],
    [{ gceProbedPorts: '10256,31000-31999' }, { probedPorts: ['10256', '31000-31999'] }],
    [
      { gceProbeRanges: '192.0.2.0/24,2001:db8::/48' },
      { probeRanges: { ipv4: ['192.0.2.0/24'], ipv6: ['2001:db8::/48'] } },
    ],
    [{ gceNamePrefix: 'shop' }, { namePrefix: 'shop' }],
  ])('from %j', (flags: Record<string, string>, expected) => {
    const settings = settingsOf({ ...given, ...flags });
    expect(settings).toMatchObject(expected);
    // The adapter takes them, and asks nobody for it.
    expect(createGceProvider(settings).name).toBe('gce');
  });

  it.each([
    [{ gceBackends: 'existing' }, /needs the groups: give --gce-instance-groups/],
    [{ gceInstanceGroups: 'us-central1-a/one' }, /give --gce-backends existing/],
    [{ gceNodeTags: 'metadata' }, /works on Google Cloud only/],
    [{ gceProbedPorts: 'http' }, /must be ports or ranges/],
    [{ gceProbeRanges: '192.0.2.1' }, /"192\.0\.2\.1" is none/],
    [{ gceIpFamilies: 'ipv5' }, /must be one of ipv4, ipv6/],
    [{ addressPolicy: 'keep' }, /must be one of reserve, hold/],
  ])('%j is refused', (flags: Record<string, string>, says) => {
    expect(() => settingsOf({ ...given, ...flags })).toThrow(says);
  });
});

describe('on a machine of Google Cloud', () => {
  it('project, region and network are those of the machine where nobody says otherwise', () => {
    expect(asksForPlace(configOf({}))).toBe(true);
    expect(settingsOf({}, machine)).toMatchObject({ project: 'of-machine', region: 'europe-west1', network: 'blue' });
    expect(settingsOf({ gceNetwork: 'red' }, machine)).toMatchObject({ network: 'red' });
  });

  it('the network of the machine is not taken for that of another project', () => {
    expect(settingsOf({ gceProject: 'shop-prod' }, machine)).not.toHaveProperty('network');
  });

  it('of a shared network the project must be given', () => {
    const shared = { ...machine, sharedNetwork: true };
    expect(() => settingsOf({}, shared)).toThrow(/--gce-network-project/);
    expect(settingsOf({ gceNetworkProject: 'host-project' }, shared)).toMatchObject({
      network: 'blue',
      networkProject: 'host-project',
    });
  });

  it('its tags are taken on request, and only then', () => {
    expect(settingsOf({}, machine)).not.toHaveProperty('nodeTags');
    expect(settingsOf({ gceNodeTags: 'metadata' }, machine)).toMatchObject({ nodeTags: machine.tags });
    expect(() => settingsOf({ gceNodeTags: 'metadata' }, { ...machine, tags: [] })).toThrow(/has no network tags/);
  });

  it('nobody is asked where project and region are given', () => {
    expect(asksForPlace(configOf(given))).toBe(false);
    expect(() => settingsOf({}, undefined)).toThrow(/give --gce-project and --gce-region/);
  });
});
