import { describe, expect, it } from 'vitest';
import { serverSideApply } from '../../../../mocks/kube-apiserver/apply/apply.ts';
import { trackUpdate } from '../../../../mocks/kube-apiserver/apply/track.ts';
import { at, type Json, type JsonObject, listOf, textOf } from '../../../../mocks/kube-apiserver/json.ts';
import type { Kind, KubeObject } from '../../../../mocks/kube-apiserver/kind.ts';
import { serviceStrategy } from '../../../../mocks/kube-apiserver/kinds/service/strategy.ts';
import { serviceSchema } from '../../../../mocks/kube-apiserver/schema/service.ts';
import { ApiError } from '../../../../mocks/kube-apiserver/status.ts';

const kind: Kind = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  subresources: [{ name: 'status', verbs: [] }],
  schema: serviceSchema,
  strategy: serviceStrategy,
  selectableFields: {},
  table: { columns: [], cells: () => [] },
  deleteAnswer: 'object',
  createsOnPut: true,
  unconditionalUpdate: true,
};

const body = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubia', ...metadata },
  spec,
});
const port = (number: number, more: JsonObject = {}): JsonObject => ({ port: number, ...more });

function apply(manager: string, applied: JsonObject, live?: KubeObject, force = false, now = '1'): KubeObject {
  return serverSideApply({ kind, live, applied, manager, force, subresource: '', now });
}

function owners(object: KubeObject): Record<string, Json | undefined> {
  const entries = listOf(object.metadata['managedFields']);
  return Object.fromEntries(entries.map((entry) => [textOf(at(entry, 'manager')), at(entry, 'fieldsV1')]));
}

const portKey = (number: number): string => `k:{"port":${number},"protocol":"TCP"}`;

describe('server-side apply', () => {
  it('owns exactly what the configuration states, list items by their keys', () => {
    const made = apply('a', body({ type: 'NodePort', ports: [port(80, { targetPort: 8080 })] }));
    expect(owners(made)).toEqual({
      a: {
        'f:spec': {
          'f:ports': { [portKey(80)]: { '.': {}, 'f:port': {}, 'f:targetPort': {} } },
          'f:type': {},
        },
      },
    });
  });

  it('refuses to change what another owns, takes it by force, and shares what is equal', () => {
    const live = apply('a', body({ type: 'NodePort', ports: [port(80)] }));
    const wanted = body({ type: 'LoadBalancer', ports: [port(80)] });
    expect(() => apply('b', wanted, live)).toThrow('Apply failed with 1 conflict: conflict with "a": .spec.type');
    const forced = apply('b', wanted, live, true);
    expect(at(forced, 'spec', 'type')).toBe('LoadBalancer');
    expect(at(owners(forced)['a'], 'f:spec', 'f:type')).toBeUndefined();
    expect(at(owners(apply('a', wanted, forced))['a'], 'f:spec', 'f:type')).toEqual({});
  });

  it('removes what its owner gives up, unless another states it too', () => {
    const two = body({ ports: [port(80), port(81, { name: 'b' })] }, { labels: { x: '1' } });
    const one = body({ ports: [port(80)] });
    const live = apply('a', two);
    expect(at(apply('a', one, live), 'spec', 'ports')).toEqual([{ port: 80, targetPort: 0 }]);
    expect(at(apply('a', one, live), 'metadata', 'labels')).toBeUndefined();
    expect(at(apply('a', one, live), 'metadata', 'name')).toBe('kubia');
    const shared = apply('b', body({ ports: [port(81, { name: 'b' })] }), live);
    expect(listOf(at(apply('a', one, shared), 'spec', 'ports')).map((each) => at(each, 'port'))).toEqual([80, 81]);
  });

  it('keeps its time when nothing changes', () => {
    const wanted = body({ ports: [port(80)] });
    const live = apply('a', wanted, undefined, false, '1');
    expect(apply('a', wanted, live, false, '2').metadata['managedFields']).toEqual(live.metadata['managedFields']);
  });

  it.each([
    [body({ nope: 1 }), '.spec.nope: field not declared in schema'],
    [
      body({ ports: [port(80, { nope: 1 })] }),
      '.spec.ports[port=80,protocol="TCP"].nope: field not declared in schema',
    ],
    [body({ ports: [port(80), port(80)] }), '.spec.ports: duplicate entries for key [port=80,protocol="TCP"]'],
    [body({ ports: 'x' }), '.spec.ports: expected list'],
  ])('refuses %j', (applied, message) => {
    expect(() => apply('a', applied)).toThrow(ApiError);
    expect(() => apply('a', applied)).toThrow(message);
  });
});

describe('tracking of updates', () => {
  const object = (value: JsonObject): KubeObject =>
    serviceStrategy.defaults({
      ...value,
      apiVersion: 'v1',
      kind: 'Service',
      metadata: at(value, 'metadata') as JsonObject,
    });
  const update = (manager: string, next: JsonObject, live?: KubeObject, subresource = ''): KubeObject =>
    trackUpdate({ kind, object: object(next), live, manager, subresource, now: '1' });

  it('takes over what it changes, and leaves the container to who made it', () => {
    const live = update('a', body({ ports: [port(80)] }, { labels: { x: '1' } }));
    const next = update('b', { ...live, metadata: { ...live.metadata, labels: { x: '2' } } }, live);
    expect(at(owners(next)['a'], 'f:metadata')).toEqual({ 'f:labels': {} });
    expect(owners(next)['b']).toEqual({ 'f:metadata': { 'f:labels': { 'f:x': {} } } });
  });

  it('tells a subresource apart and does not own what it cannot write', () => {
    const live = update('a', body({ type: 'LoadBalancer', ports: [port(80)] }));
    const status = { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } };
    const next = update('a', { ...live, status }, live, 'status');
    expect(listOf(next.metadata['managedFields']).map((entry) => at(entry, 'subresource'))).toEqual([
      undefined,
      'status',
    ]);
    expect(at(owners(next)['a'], 'f:status')).toEqual({ 'f:loadBalancer': { 'f:ingress': {} } });
  });

  it.each([[[]], [[{}]]])('forgets all with managedFields %j', (managedFields) => {
    const live = update('a', body({ ports: [port(80)] }));
    const next = update('b', { ...live, metadata: { ...live.metadata, managedFields, labels: { y: '1' } } }, live);
    expect(next.metadata['managedFields']).toBeUndefined();
  });

  it('does not tell more than ten updaters apart', () => {
    let live = update('m0', body({ ports: [port(80)] }));
    for (let index = 1; index <= 12; index += 1) {
      live = update(`m${index}`, { ...live, metadata: { ...live.metadata, labels: { [`l${index}`]: 'x' } } }, live);
      live = { ...live, metadata: { ...live.metadata } };
    }
    expect(listOf(live.metadata['managedFields']).length).toBeLessThanOrEqual(10);
  });
});

describe('kubectl moving from client-side to server-side apply', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const wanted = body({ type: 'NodePort', ports: [port(80)] });
  const made = trackUpdate({
    kind,
    object: serviceStrategy.defaults({
      ...body({ type: 'LoadBalancer', ports: [port(80)] }),
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubia', annotations: { [annotation]: JSON.stringify(body({ type: 'LoadBalancer' })) } },
    }),
    live: undefined,
    manager: 'kubectl-client-side-apply',
    subresource: '',
    now: '1',
  });

  it('takes over what it applied before, and keeps the annotation up to date', () => {
    const next = apply('kubectl', wanted, made);
    expect(at(next, 'spec', 'type')).toBe('NodePort');
    expect(JSON.parse(textOf(at(next, 'metadata', 'annotations', annotation)))).toEqual(wanted);
  });

  it('helps nobody else, and not where the value changed since', () => {
    expect(() => apply('other', wanted, made)).toThrow(
      'conflict with "kubectl-client-side-apply" using v1: .spec.type',
    );
    const later = {
      ...made,
      metadata: { ...made.metadata, annotations: { [annotation]: JSON.stringify(body({ type: 'ClusterIP' })) } },
    };
    expect(() => apply('kubectl', wanted, later)).toThrow('Apply failed with 1 conflict');
  });
});
