import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KubeApiServer, startKubeApiServer } from '../../mocks/index.ts';
import { program } from './portico-process.ts';

const installed = (await program('kubectl', ['version', '--client'])) !== undefined;
if (!installed) console.log('kubectl is not installed: the kinds that it makes itself are not tried with it');

/** What kubectl makes itself it sends as protobuf, which does not name its fields. */
describe.skipIf(!installed)('real kubectl makes kinds that are kept as given', () => {
  let server: KubeApiServer;
  let home: string;
  const kubectl = async (...args: string[]): Promise<string> =>
    (await program('kubectl', args, { KUBECONFIG: join(home, 'kubeconfig'), HOME: home })) ?? '';
  const shown = async (what: string): Promise<unknown> => JSON.parse(await kubectl('get', what, '-o', 'json'));

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-e2e-'));
    server = await startKubeApiServer({ seed: 1 });
    await writeFile(join(home, 'kubeconfig'), server.kubeconfig());
    await kubectl('create', 'deployment', 'web', '--image=web:1');
  });
  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });

  const container = { name: 'once', image: 'busy:1', command: ['echo', 'hi'], resources: {} };
  it.each([
    [
      ['create', 'job', 'once', '--image=busy:1', '--', 'echo', 'hi'],
      'job/once',
      { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
    ],
    [
      ['create', 'cronjob', 'often', '--image=busy:1', '--schedule=*/5 * * * *'],
      'cronjob/often',
      {
        spec: {
          schedule: '*/5 * * * *',
          jobTemplate: { spec: { template: { spec: { containers: [{ name: 'often', image: 'busy:1' }] } } } },
        },
      },
    ],
    [
      ['create', 'quota', 'few', '--hard=pods=3,requests.cpu=500m', '--scopes=BestEffort'],
      'quota/few',
      { spec: { hard: { pods: '3', 'requests.cpu': '500m' }, scopes: ['BestEffort'] } },
    ],
    [
      ['create', 'pdb', 'stay', '--selector=app=web', '--min-available=50%'],
      'pdb/stay',
      { spec: { minAvailable: '50%', selector: { matchLabels: { app: 'web' } } } },
    ],
    [
      ['create', 'ingress', 'front', '--rule=a.example/x*=web:80,tls=cert', '--class=c'],
      'ingress/front',
      {
        spec: {
          ingressClassName: 'c',
          rules: [
            {
              host: 'a.example',
              http: {
                paths: [
                  { path: '/x', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
                ],
              },
            },
          ],
          tls: [{ hosts: ['a.example'], secretName: 'cert' }],
        },
      },
    ],
    [
      ['create', 'priorityclass', 'high', '--value=7', '--description=first'],
      'priorityclass/high',
      { value: 7, description: 'first', preemptionPolicy: 'PreemptLowerPriority' },
    ],
    [
      ['autoscale', 'deployment', 'web', '--min=2', '--max=5', '--cpu-percent=60'],
      'hpa/web',
      {
        spec: {
          minReplicas: 2,
          maxReplicas: 5,
          scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
          metrics: [{ resource: { name: 'cpu', target: { averageUtilization: 60 } } }],
        },
      },
    ],
  ])('kubectl %s', async (args, what, object) => {
    expect(await kubectl(...args)).toMatch(/ (created|autoscaled)\n$/);
    expect(await shown(what)).toMatchObject(object);
  });
});
