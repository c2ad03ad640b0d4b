import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { PorticoError } from '../../src/errors.ts';
import { type ClusterAccess, clusterAccess } from '../../src/kube/kubeconfig.ts';
import { virtualClock } from '../virtual-clock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

interface Given {
  readonly server?: string;
  readonly cluster?: object;
  readonly user?: object | null;
  readonly context?: object;
  readonly current?: string;
}

/** A kubeconfig with one context, `c`; user null leaves out the user and its name. */
const config = ({
  server = 'https://192.0.2.1:6443',
  cluster = {},
  user = {},
  context = {},
  current = 'c',
}: Given = {}) =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'k', cluster: { server, ...cluster } }],
    users: user === null ? [] : [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'k', ...(user === null ? {} : { user: 'u' }), ...context } }],
    'current-context': current,
  });

const clock = virtualClock();
const open = (given: Given): ClusterAccess => clusterAccess(file('config', config(given)), clock);

async function refusal(run: () => unknown): Promise<PorticoError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof PorticoError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('a kubeconfig that cannot be used', () => {
  it.each([
    ['empty', '', /./],
    ['no YAML', 'a: b: c', /./],
    ['some other text', 'just words', /./],
    ['a list', '- a\n- b\n', /./],
    ['without a current context', config({ current: '' }), /current context ""/],
    ['with a current context it does not have', config({ current: 'd' }), /current context "d"/],
    ['with a context of no cluster it has', config({ context: { cluster: 'other' } }), /current context "c"/],
    ['with a context of no user it has', config({ context: { user: 'other' } }), /user "other"/],
    ['with a server without a scheme', config({ server: '192.0.2.1:6443' }), /"192\.0\.2\.1:6443" is not a URL/],
    ['with a server by name without a scheme', config({ server: 'localhost:6443' }), /"localhost:6443" is not a URL/],
    ['with a server of another protocol', config({ server: 'ftp://192.0.2.1' }), /"ftp:\/\/192\.0\.2\.1" is not a URL/],
  ])('is told by name, with why and what to do: %s', async (_title, text, why) => {
    const path = file('config', text);
    const error = await refusal(() => clusterAccess(path, clock));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain(`the kubeconfig ${path} cannot be used: `);
    expect(error.message).toMatch(why);
    expect(error.message).toContain('Check it with kubectl, or name another with --kubeconfig.');
  });

  it('because it is not there', async () => {
    const error = await refusal(() => clusterAccess(join(folder, 'absent'), clock));
    expect(error.code).toBe('invalid');
    expect(error.message).toContain(join(folder, 'absent'));
    expect(error.message).toContain('ENOENT');
  });
});

describe('without a file given', () => {
  it('$KUBECONFIG is used; of its files the first decides about the context', () => {
    const first = file('first', config());
    const other = config({ server: 'https://192.0.2.9', current: 'cc' }).replaceAll(/: ([cku])$/gm, ': $1$1');
    vi.stubEnv('KUBECONFIG', `${first}:${file('second', other)}`);
    expect(clusterAccess(undefined, clock).server).toBe('https://192.0.2.1:6443');
    writeFileSync(first, config({ current: 'cc' }));
    expect(clusterAccess(undefined, clock).server).toBe('https://192.0.2.9');
  });

  it('and nothing in the usual places, it says where to give one', async () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', folder);
    const error = await refusal(() => clusterAccess(undefined, clock));
    expect(error.code).toBe('invalid');
    expect(error.message).toMatch(/--kubeconfig FILE or \$KUBECONFIG/);
  });
});

describe('access', () => {
  it('has the server without a slash at its end, the proxy, and where it came from', () => {
    const access = open({ server: 'https://192.0.2.1:6443/base//', cluster: { 'proxy-url': 'http://192.0.2.2:3128' } });
    expect(access.server).toBe('https://192.0.2.1:6443/base');
    expect(access.proxy).toBe('http://192.0.2.2:3128');
    expect(access.origin).toContain(join(folder, 'config'));
  });

  it('has the TLS settings of cluster and user', async () => {
    const data = (text: string): string => Buffer.from(text).toString('base64');
    const { headers, tls } = await open({
      cluster: { 'certificate-authority-data': data('ca'), 'tls-server-name': 'kubernetes' },
      user: { 'client-certificate-data': data('cert'), 'client-key-data': data('key') },
    }).credentials();
    expect(headers).toEqual({});
    expect(tls).toMatchObject({
      ca: Buffer.from('ca'),
      cert: Buffer.from('cert'),
      key: Buffer.from('key'),
      servername: 'kubernetes',
    });
    expect(tls).not.toHaveProperty('rejectUnauthorized');
  });

  it('of a cluster that is not verified says so', async () => {
    const { tls } = await open({ cluster: { 'insecure-skip-tls-verify': true } }).credentials();
    expect(tls.rejectUnauthorized).toBe(false);
  });

  it('without a user has the TLS settings of the cluster', async () => {
    const { headers, tls } = await open({
      user: null,
      cluster: { 'certificate-authority-data': Buffer.from('ca').toString('base64') },
    }).credentials();
    expect(headers).toEqual({});
    expect(tls.ca).toEqual(Buffer.from('ca'));
  });

  it.each([
    ['a token', { token: 'secret' }, 'Bearer secret'],
    ['a name and a password', { username: 'me', password: 'secret' }, `Basic ${btoa('me:secret')}`],
  ])('by %s is sent over TLS, and over nothing else', async (_title, user, authorization) => {
    expect((await open({ user }).credentials()).headers).toEqual({ authorization });
    expect((await open({ user, server: 'http://192.0.2.1' }).credentials()).headers).toEqual({});
  });

  it('by a token in a file, as in a Pod, reads it again after half a minute, or when asked to', async () => {
    const tokenFile = file('token', 'first\n');
    const access = open({ user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } });
    const token = async (): Promise<string | undefined> => (await access.credentials()).headers['authorization'];
    expect(await token()).toBe('Bearer first');
    writeFileSync(tokenFile, 'second');
    await clock.advance(29_000);
    expect(await token()).toBe('Bearer first');
    await clock.advance(1_000);
    expect(await token()).toBe('Bearer second');
    writeFileSync(tokenFile, 'third');
    access.renew();
    expect(await token()).toBe('Bearer third');
  });

  // https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/#AuthInfo: tokenFile wins over token.
  it.each(['absolute', 'relative'])("by a user's tokenFile, %s, reads it, and reads it again", async (how) => {
    const path = file('user-token', 'first\n');
    const access = open({ user: { token: 'old', tokenFile: how === 'absolute' ? path : 'user-token' } });
    const token = async (): Promise<string | undefined> => (await access.credentials()).headers['authorization'];
    expect(await token()).toBe('Bearer first');
    writeFileSync(path, 'second');
    access.renew();
    expect(await token()).toBe('Bearer second');
    rmSync(path);
    access.renew();
    expect(await refusal(token)).toMatchObject({ code: 'unauthenticated' });
  });

  it("finds a user's tokenFile in whichever file of $KUBECONFIG has the user", async () => {
    file('user-token', 'secret');
    const first = file('first', config({ user: null, context: { user: 'u' } }));
    const users = file('users', stringify({ users: [{ name: 'u', user: { tokenFile: 'user-token' } }] }));
    vi.stubEnv('KUBECONFIG', `${first}:${users}`);
    expect((await clusterAccess(undefined, clock).credentials()).headers).toEqual({ authorization: 'Bearer secret' });
  });

  it('by a command that is not there is unauthenticated, and names it', async () => {
    const command = join(folder, 'no-such-plugin');
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' };
    const access = open({ user: { exec } });
    const error = await refusal(() => access.credentials());
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain(access.origin);
    expect(error.message).toContain('no-such-plugin');
  });
});
