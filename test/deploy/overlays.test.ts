import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { resolveConfig } from '../../src/config.ts';
import { flagOf } from '../../src/settings.ts';
import { type Kubectl, kubectlInstalled, startKubectl } from '../e2e/kubectl-client.ts';
import { program } from '../e2e/portico-process.ts';

const folder = join(import.meta.dirname, '../../deploy/overlays');
const golden = (overlay: string): string => join(import.meta.dirname, 'golden', `${overlay}.yaml`);

interface Labels {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly: boolean }[];
  readonly securityContext: object;
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } };
}

interface Made {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: object };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly replicas: number;
    readonly selector: Labels;
    readonly podSelector: Labels;
    readonly ports: readonly { readonly targetPort: string }[];
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly [Container];
        readonly securityContext: object;
        readonly serviceAccountName: string;
        readonly priorityClassName: string;
        readonly terminationGracePeriodSeconds: number;
        readonly volumes: readonly { readonly name: string; readonly configMap: { readonly name: string } }[];
        readonly topologySpreadConstraints: readonly { readonly labelSelector: Labels }[];
      };
    };
  };
}

const kustomized = async (overlay: string): Promise<string> =>
  (await program('kubectl', ['kustomize', join(folder, overlay)])) ?? '';

describe.skipIf(!kubectlInstalled)('the overlays, as kubectl puts them together', () => {
  describe.each(['gce', 'mock'])('%s', (overlay) => {
    let text = '';
    let objects: readonly Made[] = [];
    const one = (kind: string): Made => {
      const found = objects.filter((each) => each.kind === kind);
      expect(found).toHaveLength(1);
      return found[0] as Made;
    };
    beforeAll(async () => {
      text = await kustomized(overlay);
      objects = parseAllDocuments(text).map((document) => document.toJS() as Made);
    });

    it('are what is kept in test/deploy/golden; after a change, run the tests with UPDATE_GOLDEN=1 and read the difference', () => {
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden(overlay), text);
      expect(text).toBe(readFileSync(golden(overlay), 'utf8'));
    });

    it('run with settings that Portico takes', () => {
      const { template } = one('Deployment').spec;
      const [container] = template.spec.containers;
      const settings = one('ConfigMap');
      expect(template.spec.volumes).toEqual([{ name: 'settings', configMap: { name: settings.metadata.name } }]);
      expect(container.volumeMounts).toEqual([{ name: 'settings', mountPath: '/etc/portico', readOnly: true }]);
      expect(container.args).toEqual(['run', '--config', '/etc/portico/settings.yaml']);
      const file = { path: 'settings.yaml', text: settings.data?.['settings.yaml'] ?? '' };
      const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
      const config = resolveConfig({ flags: {}, env, file });
      expect(config).toMatchObject({ provider: overlay, metricsAddr: { host: '0.0.0.0', port: 9464 } });
      expect(flagOf('metricsAddr')).toBe('--metrics-addr');
    });

    it('select the Pods they mean, and name ports that these have', () => {
      const { template, selector } = one('Deployment').spec;
      const { labels } = template.metadata;
      const selects = ({ matchLabels }: Labels): boolean =>
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
        Object.keys(matchLabels).length > 0;
      expect(selects(selector)).toBe(true);
      expect(selects(one('PodDisruptionBudget').spec.selector)).toBe(true);
      expect(selects(one('NetworkPolicy').spec.podSelector)).toBe(true);
      expect(selects({ matchLabels: one('Service').spec.selector as unknown as Labels['matchLabels'] })).toBe(true);
      for (const each of template.spec.topologySpreadConstraints) expect(selects(each.labelSelector)).toBe(true);
      const [container] = template.spec.containers;
      expect(container.ports).toEqual([{ name: 'metrics', containerPort: 9464 }]);
      expect(one('Service').spec.ports.map(({ targetPort }) => targetPort)).toEqual(['metrics']);
      for (const [probe, path] of [
        ['startupProbe', '/healthz'],
        ['livenessProbe', '/healthz'],
        ['readinessProbe', '/readyz'],
      ] as const) {
        expect(container[probe]?.httpGet).toEqual({ path, port: 'metrics' });
      }
    });

    it('give the Pod no right, no user and no file that it does not need', () => {
      const { spec } = one('Deployment').spec.template;
      expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      const dockerfile = readFileSync(join(folder, '../Dockerfile'), 'utf8');
      const { runAsUser, runAsGroup } = spec.securityContext as Record<string, number>;
      expect(dockerfile).toContain(`USER ${runAsUser}:${runAsGroup}\n`);
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.serviceAccountName).toBe(one('ServiceAccount').metadata.name);
      expect(spec.priorityClassName).toBe(one('PriorityClass').metadata.name);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(10);
      expect(Object.keys(spec.containers[0].resources)).toEqual(['limits', 'requests']);
    });

    it('have one process where the cloud is in its memory, else two', () => {
      expect(one('Deployment').spec.replicas).toBe(overlay === 'mock' ? 1 : 2);
    });
  });
});

describe.skipIf(!kubectlInstalled)('the overlays on an API server that judges them', () => {
  let kubectl: Kubectl;
  beforeAll(async () => {
    kubectl = await startKubectl('portico-system');
  });
  afterAll(() => kubectl.close());

  it.each(['gce', 'mock'])('%s is applied, by either way, and then nothing is left to change', async (overlay) => {
    const path = join(folder, overlay);
    const server = await kubectl.run(['apply', '--server-side', '--validate=strict', '--force-conflicts', '-k', path]);
    expect(server).toMatchObject({ code: 0, err: '' });
    const again = await kubectl.run(['diff', '--server-side', '--force-conflicts', '-k', path]);
    expect(again).toMatchObject({ code: 0, out: '' });
    const client = await kubectl.run(['apply', '--validate=strict', '-k', path]);
    expect(client.code).toBe(0);
    expect(client.out.trim().split('\n').length).toBeGreaterThanOrEqual(12);
    const kept = await kubectl.ok('get', 'deployment,poddisruptionbudget,networkpolicy,service', '-o', 'name');
    expect(kept.trim().split('\n')).toEqual([
      'deployment.apps/portico',
      'poddisruptionbudget.policy/portico',
      'networkpolicy.networking.k8s.io/portico',
      'service/portico-metrics',
    ]);
    expect((await kubectl.run(['delete', '-k', path])).code).toBe(0);
  });

  it('what is misspelt in the Deployment is refused', async () => {
    const deployment = parseAllDocuments(await kustomized('mock'))
      .map((document) => document.toJS() as Made)
      .find(({ kind }) => kind === 'Deployment');
    const spoiled = JSON.parse(
      JSON.stringify(deployment).replace('terminationGracePeriodSeconds', 'terminationGracePeriod'),
    ) as object;
    const file = await kubectl.manifests('spoiled.yaml', [spoiled]);
    const refused = await kubectl.run(['apply', '--server-side', '--validate=strict', '-f', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('terminationGracePeriod');
  });
});
