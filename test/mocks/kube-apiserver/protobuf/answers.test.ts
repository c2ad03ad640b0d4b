import { describe, expect, it } from 'vitest';
import { createKubeApi } from '../../../../mocks/index.ts';
import { openEnvelope } from '../../../../mocks/kube-apiserver/protobuf/envelope.ts';
import { readMessage } from '../../../../mocks/kube-apiserver/protobuf/read.ts';
import { readFields } from '../../../../mocks/kube-apiserver/protobuf/wire.ts';
import { namespaceSchema } from '../../../../mocks/kube-apiserver/schema/core.ts';
import { statusSchema } from '../../../../mocks/kube-apiserver/schema/status.ts';
import { virtualClock } from '../../../virtual-clock.ts';
import { ask, textOfAnswer } from '../ask.ts';

const type = 'application/vnd.kubernetes.protobuf';
const headers = { accept: `${type},application/json` };
const path = '/api/v1/namespaces';

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  throw new Error('The answer is a stream.');
}

/** The part of a message that lies in a field. */
function part(bytes: Uint8Array, number: number): Uint8Array {
  for (const field of readFields(bytes)) if (field.number === number && field.type === 'bytes') return field.value;
  throw new Error(`No field ${number}.`);
}

describe('answers in protobuf', () => {
  it('say what answers in JSON say: objects, lists, refusals', async () => {
    const api = createKubeApi({ clock: virtualClock(), seed: 1 });
    const json = JSON.parse(textOfAnswer(await ask(api, 'GET', `${path}/default`))) as object;
    const answer = await ask(api, 'GET', `${path}/default`, undefined, { headers });
    expect(answer.headers['Content-Type']).toBe(type);
    const { apiVersion, kind, message } = openEnvelope(bytesOf(answer.body));
    expect({ kind, apiVersion, ...readMessage(message, namespaceSchema) }).toMatchObject(json);
    const list = openEnvelope(bytesOf((await ask(api, 'GET', path, undefined, { headers })).body));
    expect(list.kind).toBe('NamespaceList');
    const items = [...readFields(list.message)].filter(({ number }) => number === 2);
    expect(items).toHaveLength(4);
    const missing = await ask(api, 'GET', `${path}/nope`, undefined, { headers });
    expect(missing.status).toBe(404);
    const refused = openEnvelope(bytesOf(missing.body));
    expect(refused.kind).toBe('Status');
    expect(readMessage(refused.message, statusSchema)).toMatchObject({
      reason: 'NotFound',
      code: 404,
      details: { name: 'nope', kind: 'namespaces' },
    });
  });

  it.each([
    [
      'a token',
      'TokenRequest',
      '/api/v1/namespaces/default/serviceaccounts/robot/token',
      { spec: { audiences: ['a'] } },
    ],
    [
      'a binding',
      'Status',
      '/api/v1/namespaces/default/pods/p/binding',
      { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } },
    ],
    ['an eviction', 'Status', '/api/v1/namespaces/default/pods/p/eviction', { metadata: { name: 'p' } }],
  ])('are given for %s', async (_title, kind, target, body) => {
    const api = createKubeApi({ clock: virtualClock(), seed: 1 });
    await ask(api, 'POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'robot' } });
    await ask(api, 'POST', '/api/v1/namespaces/default/pods', {
      metadata: { name: 'p' },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    });
    const answer = await ask(api, 'POST', target, body, { headers });
    expect(answer.status).toBe(201);
    expect(openEnvelope(bytesOf(answer.body)).kind).toBe(kind);
  });

  it('frame the events of a watch', async () => {
    const clock = virtualClock();
    const api = createKubeApi({ clock, seed: 1 });
    const { headers: heads, body } = await ask(api, 'GET', `${path}?watch=true&timeoutSeconds=1`, undefined, {
      headers,
    });
    expect(heads['Content-Type']).toBe(`${type};stream=watch`);
    const chunks: Uint8Array[] = [];
    const read = (async () => {
      if (body === undefined || body instanceof Uint8Array) throw new Error('The answer is no stream.');
      for await (const chunk of body) chunks.push(chunk);
    })();
    await clock.run(read);
    const all = Buffer.concat(chunks);
    const names: string[] = [];
    for (let at = 0; at < all.length; at += 4 + all.readUInt32BE(at)) {
      const event = all.subarray(at + 4, at + 4 + all.readUInt32BE(at));
      expect(Buffer.from(part(event, 1)).toString()).toBe('ADDED');
      const { kind, message } = openEnvelope(part(part(event, 2), 1));
      expect(kind).toBe('Namespace');
      const { metadata } = readMessage(message, namespaceSchema) as { readonly metadata: { readonly name: string } };
      names.push(metadata.name);
    }
    expect(names.toSorted()).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  });

  it('are refused for Tables', async () => {
    const api = createKubeApi({ clock: virtualClock(), seed: 1 });
    const accept = `${type};as=Table;g=meta.k8s.io;v=v1`;
    expect((await ask(api, 'GET', path, undefined, { headers: { accept } })).status).toBe(406);
  });
});
