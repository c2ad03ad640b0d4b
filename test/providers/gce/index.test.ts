import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startGceCompute } from '../../../mocks/gce-compute/server.ts';
import { googleAuthorization } from '../../../providers/gce/compute/credentials.ts';
import { type CallRecord, createGceProvider } from '../../../providers/gce/index.ts';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { project, region, zones } from './others.ts';
import { reach, wish } from './scene.ts';

/** Does not wait between attempts. */
const patient: Clock = { ...systemClock, sleep: () => Promise.resolve() };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

it('with an endpoint over plain HTTP the official client serves a Service, without credentials', async () => {
  const server = await startGceCompute({ project, region, zones });
  cleanups.push(() => server.close());
  const records: CallRecord[] = [];
  const provider = createGceProvider(
    { project, region },
    // As gcloud's override is written, with the path of the API.
    { apiEndpoint: `${server.url}/compute/v1/`, onCall: (record) => records.push(record) },
  );
  cleanups.push(() => provider.close());

  const alone = wish({ zones: [] });
  expect((await reach(provider, alone.owner, alone)).ingress).toHaveLength(1);
  expect(records.filter(({ method }) => method.endsWith('.insert')).map(({ code }) => code)).toEqual(
    Array.from({ length: 5 }, () => 'ok'),
  );
  expect(server.cloud.calls.log().every(({ status }) => (status ?? 0) < 400)).toBe(true);
  await reach(provider, alone.owner, null);
  expect(server.cloud.view.forwardingRules()).toEqual([]);
});

it.each([
  [{ project: 'p', region }, ['the project "p" is not a project id']],
  [{ project, region, network: 'N' }, ['the network "N" is not a network\'s name']],
  [
    { project: 'p', region, networkProject: 'q', subnetwork: 'S' },
    [
      'the project "p" is not a project id',
      'the network project "q" is not a project id',
      'the subnetwork "S" is not a subnetwork\'s name',
    ],
  ],
])(
  'settings that cannot be used are refused, each once, and nothing that only follows from them: %j',
  (given, says) => {
    const message = `The GCE settings cannot be used:\n${says.map((each) => `  - ${each}`).join('\n')}`;
    expect(() => createGceProvider(given)).toThrow(message);
    expect(messageOf(() => createGceProvider(given)).split('\n')).toHaveLength(says.length + 1);
  },
);

const messageOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
};

it('an API that is not there is unreachable, and the endpoint is named', async () => {
  const server = await startGceCompute({ project, region, zones });
  await server.close();
  const provider = createGceProvider({ project, region }, { apiEndpoint: server.url, clock: patient });
  cleanups.push(() => provider.close());
  await expect(provider.observe(wish().owner, [], new AbortController().signal)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining(server.url) as string,
  });
});

describe('credentials', () => {
  it.each([
    { title: 'that is missing', text: undefined },
    { title: 'that is no JSON', text: 'key = x' },
    { title: 'of an unknown type', text: '{"type":"mystery"}' },
  ])('a file $title is said at once, with its name', ({ text }) => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key.json');
    if (text !== undefined) writeFileSync(file, text);
    expect(() => googleAuthorization({ credentialsFile: file })).toThrow(
      expect.objectContaining({ code: 'unauthenticated', message: expect.stringContaining(file) as string }) as Error,
    );
  });

  it('of a workload identity are exchanged for a token, with the token of the workload as it is now', async () => {
    const asked: string[] = [];
    const exchange = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        asked.push(new URLSearchParams(body).get('subject_token') ?? '');
        const type = 'urn:ietf:params:oauth:token-type:access_token';
        const token = { access_token: 'exchanged', issued_token_type: type, token_type: 'Bearer', expires_in: 3600 };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(token));
      });
    });
    await new Promise<void>((resolve) => exchange.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      exchange.close();
      exchange.closeAllConnections();
    });
    const folder = mkdtempSync(join(tmpdir(), 'portico-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const [subject, file] = [join(folder, 'token'), join(folder, 'identity.json')];
    writeFileSync(subject, 'of-the-pod');
    const identity = {
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://127.0.0.1:${(exchange.address() as AddressInfo).port}/v1/token`,
      credential_source: { file: subject },
    };
    writeFileSync(file, JSON.stringify(identity));
    const authorization = googleAuthorization({ credentialsFile: file });
    expect(await authorization()).toBe('Bearer exchanged');
    expect(await authorization()).toBe('Bearer exchanged');
    expect(asked).toEqual(['of-the-pod']);
  });

  it('that Google’s library refuses are unauthenticated, with what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portico-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'key.json');
    writeFileSync(file, JSON.stringify({ type: 'service_account' }));
    await expect(googleAuthorization({ credentialsFile: file })()).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('gcloud auth application-default login') as string,
    });
  });
});
