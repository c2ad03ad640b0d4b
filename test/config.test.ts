import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../src/config.ts';
import { envOf, flagOf, settings } from '../src/settings.ts';

const base = { provider: 'mock', clusterId: 'lab' };

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
};

describe('resolveConfig', () => {
  it('takes flags before environment before file before default', () => {
    const file = { path: 'p.yaml', text: 'workers: 3\nlogLevel: warn\nlogFormat: text\nclusterId: from-file\n' };
    const env = { PORTICO_LOG_LEVEL: 'error', PORTICO_CLUSTER_ID: 'from-env' };
    const config = resolveConfig({ flags: { provider: 'gce', clusterId: 'from-flag' }, env, file });
    expect(config).toMatchObject({
      provider: 'gce',
      clusterId: 'from-flag',
      logLevel: 'error',
      logFormat: 'text',
      workers: 3,
      gceBackends: 'instance-groups',
      metricsAddr: { host: '127.0.0.1', port: 9464 },
    });
  });

  it('reports every problem at once, with where it is and what is accepted', () => {
    const message = messageOf(() =>
      resolveConfig({
        flags: { provider: 'aws', workers: '0' },
        env: { PORTICO_METRICS_ADDR: 'localhost' },
        file: { path: 'p.yaml', text: 'gceRegoin: x\nlogLevel: [a]\n' },
      }),
    );
    expect(message.split('\n').slice(1)).toEqual([
      '  - p.yaml has the unknown setting gceRegoin; did you mean gceRegion?',
      '  - logLevel in p.yaml must be text or a number',
      '  - --provider must be one of gce, mock; it is "aws"',
      '  - --cluster-id is missing: give the name of this cluster, unique in the cloud project; never change it while Services exist (or set PORTICO_CLUSTER_ID)',
      '  - --workers must be a whole number from 1 to 1000; it is "0"',
      '  - PORTICO_METRICS_ADDR must be HOST:PORT with an IP address or localhost, such as 127.0.0.1:9464, or off; it is "localhost"',
    ]);
  });

  it.each([
    ['{', /neither YAML nor JSON/],
    ['- a', /must hold settings/],
  ])('says what is wrong with the file %j', (text, message) => {
    expect(messageOf(() => resolveConfig({ flags: base, env: {}, file: { path: 'p', text } }))).toMatch(message);
  });

  it('takes an empty file as none', () => {
    expect(resolveConfig({ flags: base, env: {}, file: { path: 'p', text: '' } }).provider).toBe('mock');
  });

  it('leaves what Kubernetes puts into the environment alone', () => {
    const env = { PORTICO_SERVICE_HOST: '10.0.0.1', PORTICO_PORT: 'tcp://10.0.0.1:80' };
    expect(resolveConfig({ flags: base, env }).provider).toBe('mock');
  });

  it.each([
    ['metricsAddr', '[::1]:9464', { host: '::1', port: 9464 }],
    ['metricsAddr', '0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['metricsAddr', 'off', 'off'],
    ['gceApiEndpoint', 'http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['loadBalancerClass', 'portico.dev/gce', 'portico.dev/gce'],
  ])('reads %s %s', (name, text, value) => {
    expect(resolveConfig({ flags: { ...base, [name]: text }, env: {} })).toMatchObject({ [name]: value });
  });

  it.each([
    ['metricsAddr', 'example.com:80'],
    ['metricsAddr', '127.0.0.1:70000'],
    ['gceApiEndpoint', 'ftp://x'],
    ['gceApiEndpoint', '127.0.0.1:80'],
    ['clusterId', 'Prod'],
    ['clusterId', 'a'.repeat(64)],
    ['workers', '1e2'],
    ['loadBalancerClass', 'a/b/c'],
    ['gceProject', ' '],
  ])('refuses %s %s', (name, text) => {
    expect(() => resolveConfig({ flags: { ...base, [name]: text }, env: {} })).toThrow(/cannot be used/);
  });

  it('answers any text with a value or with an invalid error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(settings)), fc.string(), (name, text) => {
        const message = messageOf(() => resolveConfig({ flags: { ...base, [name]: text }, env: {} }));
        expect(message).toMatch(/^nothing was thrown$|^The configuration cannot be used:/);
      }),
    );
  });
});

it('names flags and variables after the setting', () => {
  expect([flagOf('gceApiEndpoint'), envOf('gceApiEndpoint')]).toEqual([
    '--gce-api-endpoint',
    'PORTICO_GCE_API_ENDPOINT',
  ]);
});
