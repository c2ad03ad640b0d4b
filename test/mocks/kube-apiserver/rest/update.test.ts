import { afterEach, beforeEach, expect, it } from 'vitest';
import { createKubeApi, type KubeApi } from '../../../../mocks/index.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

const path = '/api/v1/namespaces/default/configmaps';
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };
let api: KubeApi;

beforeEach(async () => {
  api = createKubeApi({ clock: virtualClock(), seed: 1 });
  const metadata = { name: 'a', generateName: 'a-' };
  await ask(api, 'POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
});

afterEach(() => api.close());

async function patched(metadata: object): Promise<{ readonly message?: string; readonly metadata: object }> {
  const answer = await ask(api, 'PATCH', `${path}/a`, { metadata }, merge);
  return JSON.parse(textOfAnswer(answer)) as { message?: string; metadata: object };
}

it.each([
  [{ deletionTimestamp: '2020-01-01T00:00:00Z' }, 'deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z"'],
  [{ deletionGracePeriodSeconds: 5 }, 'deletionGracePeriodSeconds: Invalid value: 5'],
])('refuses %j of an object that is not being deleted', async (metadata, start) => {
  const { message } = await patched(metadata);
  expect(message).toBe(
    `ConfigMap "a" is invalid: metadata.${start}: field is immutable; may only be changed via deletion`,
  );
});

it('changes the grace period of an object being deleted neither', async () => {
  await patched({ finalizers: ['example.com/hold'] });
  await ask(api, 'DELETE', `${path}/a`);
  expect((await patched({ deletionGracePeriodSeconds: 5 })).message).toContain('may only be changed via deletion');
  expect((await patched({ deletionTimestamp: null, deletionGracePeriodSeconds: null })).metadata).toMatchObject({
    deletionTimestamp: expect.any(String),
    deletionGracePeriodSeconds: 0,
  });
});

it('keeps what a PUT does not repeat only where the server chose it', async () => {
  const answer = await ask(api, 'PUT', `${path}/a`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  const { metadata } = JSON.parse(textOfAnswer(answer)) as { metadata: object };
  expect(metadata).toMatchObject({ uid: expect.any(String), creationTimestamp: expect.any(String) });
  expect(metadata).not.toHaveProperty('generateName');
});
