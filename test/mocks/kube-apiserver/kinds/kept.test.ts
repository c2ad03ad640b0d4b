import { describe, expect, it } from 'vitest';
import { createKubeApi } from '../../../../mocks/index.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

const create = (): ReturnType<typeof createKubeApi> => createKubeApi({ clock: virtualClock(), seed: 1 });
const autoscalers = (version: string): string =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;
const bodyOf = async (answer: ReturnType<typeof ask>): Promise<Readonly<Record<string, unknown>>> =>
  JSON.parse(textOfAnswer(await answer)) as Readonly<Record<string, unknown>>;

describe('kinds without rules of their own', () => {
  it('are kept as given, with generation and a status of their own', async () => {
    const api = create();
    const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses';
    const spec = { rules: [{ host: 'a.example', http: { paths: [] } }] };
    const made = await ask(api, 'POST', path, { metadata: { name: 'web' }, spec, status: { loadBalancer: {} } });
    expect(made.status).toBe(201);
    expect(await bodyOf(ask(api, 'GET', `${path}/web`))).toMatchObject({ metadata: { generation: 1 }, spec });
    const patch = { spec: { rules: null, ingressClassName: 'x' } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    const patched = await bodyOf(ask(api, 'PATCH', `${path}/web`, patch, { headers }));
    expect(patched).toMatchObject({ metadata: { generation: 2 }, spec: { ingressClassName: 'x' } });
    expect(patched).not.toHaveProperty('status');
    const status = { status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } };
    expect(await bodyOf(ask(api, 'PATCH', `${path}/web/status`, status, { headers }))).toMatchObject(status);
  });

  it('judge metadata', async () => {
    const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    expect((await ask(create(), 'POST', path, { metadata: { name: 'Not a name' } })).status).toBe(422);
  });

  it('are not written in protobuf, and read from it only where kubectl sends it', async () => {
    const api = create();
    const path = '/apis/apps/v1/namespaces/default/statefulsets';
    const type = 'application/vnd.kubernetes.protobuf';
    const sent = await ask(api, 'POST', path, 'k8s', { headers: { 'content-type': type } });
    expect(sent.status).toBe(415);
    const both = await ask(api, 'GET', path, undefined, { headers: { accept: `${type},application/json` } });
    expect(both.headers['Content-Type']).toBe('application/json');
    expect((await ask(api, 'GET', path, undefined, { headers: { accept: type } })).status).toBe(406);
  });

  it('show an autoscaler in both versions', async () => {
    const api = create();
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
    const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
    await ask(api, 'POST', autoscalers('v1'), { metadata: { name: 'web' }, spec });
    const target = { type: 'Utilization', averageUtilization: 50 };
    expect(await bodyOf(ask(api, 'GET', `${autoscalers('v2')}/web`))).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { maxReplicas: 3, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
    });
    expect(await bodyOf(ask(api, 'GET', `${autoscalers('v1')}/web`))).toMatchObject({
      apiVersion: 'autoscaling/v1',
      spec,
    });
  });
});
