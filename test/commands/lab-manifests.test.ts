import { expect, it } from 'vitest';
import { applyManifest } from '../../src/commands/lab-manifests.ts';
import type { KubeRequest, KubeTransport } from '../../src/kube/transport.ts';
import { bodyOf } from '../kube/scripted-transport.ts';

const applied = async (manifest: object): Promise<{ readonly path: string; readonly annotations: unknown }> => {
  const sent: KubeRequest[] = [];
  const resources = [
    { name: 'services', kind: 'Service', namespaced: true },
    { name: 'namespaces', kind: 'Namespace', namespaced: false },
  ];
  const transport: KubeTransport = {
    request: (request) => {
      sent.push(request);
      return Promise.resolve(bodyOf(200, JSON.stringify({ resources })));
    },
    close: () => Promise.resolve(),
  };
  const whole = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, ...manifest };
  await applyManifest(transport, whole, new AbortController().signal);
  const { path = '', body = '' } = sent.at(-1) ?? {};
  const { metadata } = JSON.parse(body ?? '') as { readonly metadata: { readonly annotations: unknown } };
  return { path, annotations: metadata.annotations };
};

const key = 'kubectl.kubernetes.io/last-applied-configuration';

// As `kubectl apply` 1.32 writes them.
it.each<[string, object, string, object]>([
  [
    'fields in order, with the namespace',
    { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
    '/api/v1/namespaces/default/services/web',
    {
      [key]:
        '{"apiVersion":"v1","kind":"Service","metadata":{"annotations":{},"name":"web","namespace":"default"},"spec":{"ports":[{"port":80}],"type":"LoadBalancer"}}\n',
    },
  ],
  [
    'annotations, without what was applied before',
    { metadata: { name: 'web', namespace: 'shop', annotations: { note: '<a & b>', [key]: 'old' } } },
    '/api/v1/namespaces/shop/services/web',
    {
      note: '<a & b>',
      [key]:
        '{"apiVersion":"v1","kind":"Service","metadata":{"annotations":{"note":"\\u003ca \\u0026 b\\u003e"},"name":"web","namespace":"shop"}}\n',
    },
  ],
  [
    'no namespace where there is none',
    { kind: 'Namespace' },
    '/api/v1/namespaces/web',
    { [key]: '{"apiVersion":"v1","kind":"Namespace","metadata":{"annotations":{},"name":"web"}}\n' },
  ],
])('what the lab applies says so as kubectl has it: %s', async (_title, manifest, path, annotations) => {
  expect(await applied(manifest)).toEqual({ path, annotations });
});
