import { describe, expect, it } from 'vitest';
import { eligibility, readNode, zoneOf } from '../../src/model/node.ts';

const exclude = 'node.kubernetes.io/exclude-from-external-load-balancers';
const zoneLabel = 'topology.kubernetes.io/zone';
const oldZoneLabel = 'failure-domain.beta.kubernetes.io/zone';

interface Given {
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly spec?: object;
  readonly status?: object;
}

const node = ({ labels = {}, deletionTimestamp, spec = {}, status = {} }: Given = {}) =>
  readNode({
    metadata: {
      name: 'n1',
      uid: 'u-1',
      labels: { [zoneLabel]: 'zone-a', ...labels },
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: { providerID: 'mock://machines/n1', ...spec },
    status,
  });

const target = { name: 'n1', providerId: 'mock://machines/n1', zone: 'zone-a' };
const taint = (key: string, effect = 'NoSchedule') => ({ spec: { taints: [{ key, effect }] } });

describe('a node', () => {
  it.each([
    ['with a machine and a zone', {}],
    ['of the control plane', { labels: { 'node-role.kubernetes.io/control-plane': '' } }],
    [
      'that is not ready, which health checks see sooner',
      { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
    ],
    ['that is cordoned, whose pods still serve', { spec: { unschedulable: true } }],
    ['with a taint of another kind', taint('node.cloudprovider.kubernetes.io/uninitialized')],
    ['with the label to exclude set to false', { labels: { [exclude]: 'false' } }],
    ['with the label to exclude set to 0', { labels: { [exclude]: '0' } }],
  ])('%s is eligible', (_title, given) => {
    expect(eligibility(node(given))).toEqual({ kind: 'eligible', target });
  });

  it.each([
    ['with the label to exclude', { labels: { [exclude]: 'true' } }, exclude],
    ['with the label to exclude, empty', { labels: { [exclude]: '' } }, exclude],
    ['with the label to exclude set to what is no yes or no', { labels: { [exclude]: 'no' } }, exclude],
    [
      'that the autoscaler is about to remove',
      taint('ToBeDeletedByClusterAutoscaler'),
      'ToBeDeletedByClusterAutoscaler',
    ],
    ['that is being deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }, 'being deleted'],
    [
      'that is excluded and has no machine either',
      { labels: { [exclude]: 'true' }, spec: { providerID: '' } },
      exclude,
    ],
  ])('%s is excluded', (_title, given, why) => {
    expect(eligibility(node(given), 'zone-b')).toEqual({ kind: 'excluded', why: expect.stringContaining(why) });
  });

  it('without a machine is unusable, and says what to look at', () => {
    expect(eligibility(node({ spec: { providerID: '' } }))).toEqual({
      kind: 'unusable',
      why: expect.stringMatching(/no spec\.providerID.*check/),
    });
  });

  it('without a zone is unusable, unless it was seen in one', () => {
    const bare = node({ labels: { [zoneLabel]: '' } });
    expect(eligibility(bare)).toEqual({ kind: 'unusable', why: expect.stringContaining(`label it with ${zoneLabel}`) });
    expect(eligibility(bare, 'zone-b')).toEqual({ kind: 'eligible', target: { ...target, zone: 'zone-b' } });
    expect(eligibility(node(), 'zone-b')).toEqual({ kind: 'eligible', target });
  });
});

describe('zoneOf', () => {
  it.each([
    ['the label', { labels: { [zoneLabel]: 'z1' } }, 'z1'],
    ['the label before the old one', { labels: { [zoneLabel]: 'z1', [oldZoneLabel]: 'z2' } }, 'z1'],
    ['the old label', { labels: { [zoneLabel]: '', [oldZoneLabel]: 'z2' } }, 'z2'],
    [
      'the machine at GCE',
      { labels: { [zoneLabel]: '' }, spec: { providerID: 'gce://p/europe-west1-b/n1' } },
      'europe-west1-b',
    ],
    [
      'the machine at AWS',
      { labels: { [zoneLabel]: '' }, spec: { providerID: 'aws:///eu-west-1a/i-0a' } },
      'eu-west-1a',
    ],
    ['the label before the machine', { labels: { [zoneLabel]: 'z1' }, spec: { providerID: 'gce://p/z9/n1' } }, 'z1'],
    [
      'a machine of another cloud',
      { labels: { [zoneLabel]: '' }, spec: { providerID: 'kind://docker/kind/n1' } },
      undefined,
    ],
    [
      'the machine in a project with a long name',
      { labels: { [zoneLabel]: '' }, spec: { providerID: 'gce://my-project/z9/n1' } },
      'z9',
    ],
    [
      'what only ends as a machine',
      { labels: { [zoneLabel]: '' }, spec: { providerID: 'x-gce://p/z9/n1' } },
      undefined,
    ],
    ['more than a machine', { labels: { [zoneLabel]: '' }, spec: { providerID: 'gce://p/z9/n1/x' } }, undefined],
    ['half a machine', { labels: { [zoneLabel]: '' }, spec: { providerID: 'gce://p/z9' } }, undefined],
  ])('from %s', (_title, given, zone) => {
    expect(zoneOf(node(given))).toBe(zone);
  });
});

it('is kept small: of all that a node has, only what decides', () => {
  const read = readNode({
    metadata: {
      name: 'n1',
      uid: 'u-1',
      resourceVersion: '7',
      labels: { 'kubernetes.io/arch': 'amd64', [zoneLabel]: 'zone-a' },
      annotations: { a: 'b' },
      finalizers: ['example.com/f'],
    },
    spec: { providerID: 'mock://machines/n1', taints: [{ key: 'other' }, { key: 'ToBeDeletedByClusterAutoscaler' }] },
    status: { images: [{ names: ['big'] }] },
  });
  expect(read).toEqual({
    metadata: {
      namespace: '',
      name: 'n1',
      uid: 'u-1',
      resourceVersion: '7',
      deletionTimestamp: null,
      labels: { [zoneLabel]: 'zone-a' },
      annotations: {},
      finalizers: [],
    },
    providerId: 'mock://machines/n1',
    taints: ['ToBeDeletedByClusterAutoscaler'],
  });
});

it('without a spec it has no machine and no taint, and only labels that it has', () => {
  const { metadata, ...rest } = readNode({ metadata: { name: 'n1' } });
  expect(rest).toEqual({ providerId: '', taints: [] });
  expect(Object.keys(metadata.labels)).toEqual([]);
});
