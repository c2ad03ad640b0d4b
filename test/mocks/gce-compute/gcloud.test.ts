import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GceComputeServer, startGceCompute } from '../../../mocks/index.ts';

const installed = spawnSync('gcloud', ['--version'], { stdio: 'ignore' }).status === 0;
if (!installed) console.warn('gcloud.test.ts is skipped: there is no gcloud on the PATH.');

const project = 'p1';
const region = 'us-central1';
const zone = 'us-central1-a';

describe.skipIf(!installed)('gcloud on the mock', () => {
  const config = mkdtempSync(join(tmpdir(), 'portico-gcloud-'));
  let mock: GceComputeServer;
  afterAll(async () => {
    await mock.close();
    rmSync(config, { recursive: true, force: true });
  });

  /** `gcloud compute …` with a configuration of its own and no credentials; its JSON. */
  async function gcloud(...args: readonly string[]): Promise<unknown> {
    const { stdout } = await promisify(execFile)('gcloud', ['compute', ...args, '--format=json'], {
      env: {
        ...process.env,
        CLOUDSDK_CONFIG: config,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${mock.url}/compute/v1/`,
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
        CLOUDSDK_CORE_PROJECT: project,
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: 'true',
        CLOUDSDK_CORE_DISABLE_FILE_LOGGING: 'true',
        CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: 'true',
      },
    });
    return JSON.parse(stdout);
  }

  const link = (path: string) => `projects/${project}/${path}`;
  async function insert(path: string, body: object): Promise<void> {
    const response = await fetch(`${mock.url}/compute/v1/${link(path)}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect([path, response.status]).toEqual([path, 200]);
  }

  beforeAll(async () => {
    mock = await startGceCompute({ project });
    mock.cloud.addInstance({ name: 'vm', zone, tags: ['node'] });
    await insert(`regions/${region}/addresses`, { name: 'kubia' });
    await insert(`regions/${region}/healthChecks`, { name: 'kubia', type: 'TCP', tcpHealthCheck: { port: 30_123 } });
    await insert(`zones/${zone}/instanceGroups`, { name: 'kubia' });
    await insert(`zones/${zone}/instanceGroups/kubia/addInstances`, {
      instances: [{ instance: link(`zones/${zone}/instances/vm`) }],
    });
    await insert(`regions/${region}/backendServices`, {
      name: 'kubia',
      loadBalancingScheme: 'EXTERNAL',
      protocol: 'TCP',
      healthChecks: [link(`regions/${region}/healthChecks/kubia`)],
      backends: [{ group: link(`zones/${zone}/instanceGroups/kubia`) }],
    });
    await insert(`regions/${region}/forwardingRules`, {
      name: 'kubia',
      loadBalancingScheme: 'EXTERNAL',
      ports: ['80'],
      IPAddress: link(`regions/${region}/addresses/kubia`),
      backendService: link(`regions/${region}/backendServices/kubia`),
    });
  });

  it('makes a firewall rule, which the mock then has with the defaults of the API', async () => {
    const made = await gcloud('firewall-rules', 'create', 'kubia-svc-rule', '--allow=tcp:30123');
    expect(made).toMatchObject([{ name: 'kubia-svc-rule', direction: 'INGRESS', priority: 1000 }]);
    expect(mock.cloud.view.firewalls()).toMatchObject([
      {
        name: 'kubia-svc-rule',
        network: `https://www.googleapis.com/compute/v1/${link('global/networks/default')}`,
        allowed: [{ IPProtocol: 'tcp', ports: ['30123'] }],
        sourceRanges: ['0.0.0.0/0'],
      },
    ]);
  });

  const kubia = { name: 'kubia' };
  it.each<readonly [string, readonly string[], object]>([
    ['addresses', [`--region=${region}`], { ...kubia, status: 'IN_USE', addressType: 'EXTERNAL' }],
    ['forwarding-rules', [`--region=${region}`], { ...kubia, ports: ['80'], IPProtocol: 'TCP' }],
    ['backend-services', [`--region=${region}`], { ...kubia, protocol: 'TCP', usedBy: [{}] }],
    ['health-checks', [`--region=${region}`], { ...kubia, tcpHealthCheck: { port: 30_123 } }],
    ['firewall-rules', [], { name: 'kubia-svc-rule', disabled: false }],
    ['instance-groups', [`--zone=${zone}`], { ...kubia, size: 1 }],
    ['instances', [`--zone=${zone}`], { name: 'vm', status: 'RUNNING', tags: { items: ['node'] } }],
  ])('%s: list shows it, and describe says the same', async (group, where, expected) => {
    const name = (expected as { readonly name: string }).name;
    const [list, described] = await Promise.all([gcloud(group, 'list'), gcloud(group, 'describe', name, ...where)]);
    expect(described).toMatchObject(expected);
    expect(list).toMatchObject([expected]);
  });

  it('operations: list has every one, describe one of them', async () => {
    const list = (await gcloud('operations', 'list')) as readonly {
      readonly name: string;
      readonly selfLink: string;
    }[];
    const made = list.find((operation) => JSON.stringify(operation).includes('/firewalls/kubia-svc-rule'));
    expect(made).toMatchObject({ status: 'DONE', operationType: 'insert' });
    expect(await gcloud('operations', 'describe', made?.name ?? '', '--global')).toEqual(made);
    expect(list).toHaveLength(7);
  });
});
