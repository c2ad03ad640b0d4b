import { expect, it } from 'vitest';
import { asIfCreated, supposedNodePort } from '../../src/model/new-service.ts';
import { readService } from '../../src/model/service.ts';

const created = (spec: object, metadata: object = { name: 'web' }) => asIfCreated(readService({ metadata, spec }));

it.each([
  ['none named', [{ port: 80 }, { port: 81 }], [30_000, 30_001]],
  ['0, which names none', [{ port: 80, nodePort: 0 }], [30_000]],
  ['one named', [{ port: 80, nodePort: 31_000 }, { port: 81 }], [31_000, 30_000]],
  ['the first to suppose named further on', [{ port: 80 }, { port: 81, nodePort: 30_000 }], [30_001, 30_000]],
  ['no ports', [], []],
])('node ports with %s: what is named stays, what is supposed is free', (_title, ports, nodePorts) => {
  const { spec } = created({ ports });
  expect(spec.ports.map(({ nodePort }) => nodePort)).toEqual(nodePorts);
  expect(spec.ports.map(({ port }) => port)).toEqual(ports.map(({ port }) => port));
});

it.each([
  ['Local', undefined, supposedNodePort + 1],
  ['Local', 0, supposedNodePort + 1],
  ['Local', 32_000, 32_000],
  ['Cluster', undefined, 0],
  ['Cluster', 32_000, 32_000],
])('with %s and healthCheckNodePort %j it is %j', (externalTrafficPolicy, healthCheckNodePort, expected) => {
  const { spec } = created({ ports: [{ port: 80 }], externalTrafficPolicy, healthCheckNodePort });
  expect(spec.healthCheckNodePort).toBe(expected);
  expect(spec.externalTrafficPolicy).toBe(externalTrafficPolicy);
});

it.each([
  [{ name: 'web' }, 'default', '00000000-0000-0000-0000-000000000000'],
  [{ name: 'web', namespace: 'shop', uid: 'u-1' }, 'shop', 'u-1'],
])('the metadata %j has a namespace and a uid', (metadata, namespace, uid) => {
  const service = created({ ports: [] }, metadata);
  expect(service.metadata).toMatchObject({ name: 'web', namespace, uid });
  expect(service.status).toEqual({ ingress: [], conditions: [] });
});
