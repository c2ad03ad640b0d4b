import { describe, expect, it } from 'vitest';
import { inertKeys, otherKeys, strayLabels } from '../../src/model/other-keys.ts';

const place = (key: string): string => `metadata.annotations[${key}]`;

describe('a key that was meant to be one of ours', () => {
  it.each([
    ['portco.dev/scheme', 'portico.dev/scheme'],
    ['protico.dev/static-address', 'portico.dev/static-address'],
    ['portico.devel/scheme', 'portico.dev/scheme'],
    ['portico.io/source-ranges', 'portico.dev/source-ranges'],
    ['portico/source-ranges', 'portico.dev/source-ranges'],
    ['Portico.dev/scheme', 'portico.dev/scheme'],
    ['portco.dev/shceme', 'portico.dev/scheme'],
    ['portco.dev/load-balancer-type', 'networking.gke.io/load-balancer-type'],
    ['cloud.google.com/network-teir', 'cloud.google.com/network-tier'],
    ['cloud.google.com/load-balancer-typ', 'cloud.google.com/load-balancer-type'],
    ['networking.gke.io/load-balancer-typ', 'networking.gke.io/load-balancer-type'],
    ['networking.gke.io/loadbalancer-type', 'networking.gke.io/load-balancer-type'],
    ['networking.gke.io/network-tier', 'portico.dev/network-tier'],
    ['networking.gke.io/load-balancer-ip-address', 'networking.gke.io/load-balancer-ip-addresses'],
    ['cloud.google.com/load-balancer-subnet', 'networking.gke.io/load-balancer-subnet'],
    ['network.gke.io/load-balancer-type', 'networking.gke.io/load-balancer-type'],
    ['gke.io/load-balancer-type', 'networking.gke.io/load-balancer-type'],
    ['service.beta.kubernetes.io/load-balancer-source-range', 'service.beta.kubernetes.io/load-balancer-source-ranges'],
    ['networking.gke.io/weighted-loadbalancing', 'networking.gke.io/weighted-load-balancing'],
    ['cloud.google.com/l4-rsb', 'cloud.google.com/l4-rbs'],
  ])('%s is an error: did you mean %s?', (key, meant) => {
    expect(otherKeys([key])).toEqual([
      { severity: 'error', path: place(key), message: `is not known; did you mean ${meant}?` },
    ]);
  });

  it('and stands among the labels, is an error', () => {
    const keys = [
      'portico.dev/scheme',
      'portco.dev/scheme',
      'cloud.google.com/network-tier',
      'app',
      'example.com/scheme',
      'the-portico.io/scheme',
      'porticoes.io/scheme',
      'gke.io.example.com/load-balancer-type',
      'my.networking.gke.io/load-balancer-of-tomorrow-and-after',
      'my.metallb.io/address-pool',
    ];
    expect(strayLabels(keys).map(({ path }) => path)).toEqual(keys.slice(0, 3).map((key) => `metadata.labels[${key}]`));
    expect(strayLabels(keys)[0]).toMatchObject({
      severity: 'error',
      message: 'is no label; it belongs in metadata.annotations',
    });
  });
});

describe('a key of another controller is a warning', () => {
  it.each(Object.entries(inertKeys))('%s, with what there is instead', (key, instead) => {
    expect(otherKeys([key])).toEqual([{ severity: 'warning', path: place(key), message: `does nothing: ${instead}` }]);
    expect(instead).toMatch(/^(every|each|there|addresses) /);
  });

  it.each([
    'service.beta.kubernetes.io/aws-load-balancer-type',
    'service.beta.kubernetes.io/aws-load-balancer-internal',
    'service.beta.kubernetes.io/azure-load-balancer-internal',
    'service.beta.kubernetes.io/do-loadbalancer-name',
    'service.beta.kubernetes.io/something-else',
    'service.kubernetes.io/openstack-x',
    'networking.gke.io/load-balancer-of-tomorrow-and-after',
    'load-balancer.hetzner.cloud/location',
    'metallb.io/address-pool',
    'metallb.universe.tf/loadBalancerIPs',
    'kube-vip.io/loadbalancerIPs',
  ])('%s', (key) => {
    const message = 'is for another controller; Portico does nothing about it';
    expect(otherKeys([key])).toEqual([{ severity: 'warning', path: place(key), message }]);
  });
});

it.each(['scheme', 'static-address'])('%s without a prefix is a warning', (key) => {
  const message = `has no prefix, and does nothing; did you mean portico.dev/${key}?`;
  expect(otherKeys([key])).toEqual([{ severity: 'warning', path: place(key), message }]);
});

it.each([
  'cloud.google.com/neg',
  'cloud.google.com/backend-config',
  'cloud.google.com/app-protocols',
  'networking.gke.io/x',
  'kubectl.kubernetes.io/restartedAt',
  'service.kubernetes.io/topology-mode',
  'service.kubernetes.io/tcp-forwarding-rule',
  'meta.helm.sh/release-name',
  'example.com/scheme',
  'the-portico.io/scheme',
  'porticoes.io/scheme',
  'gke.io.example.com/load-balancer-type',
  'my.networking.gke.io/load-balancer-of-tomorrow-and-after',
  'my.metallb.io/address-pool',
  'colour',
  'external-dns.alpha.kubernetes.io/hostname',
  'prometheus.io/scrape',
  'networking.gke.io/load-balancer-type',
  'portico.dev/scheme',
])('of %s nothing is to be said', (key) => {
  expect(otherKeys([key])).toEqual([]);
});
