import { get, type RequestOptions } from 'node:https';
import { connect } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type KubeApiServer, type KubeApiServerOptions, startKubeApiServer } from '../../../mocks/index.ts';

let server: KubeApiServer;
afterEach(() => server.close());

const start = async (options: KubeApiServerOptions): Promise<KubeApiServer> => {
  server = await startKubeApiServer(options);
  return server;
};

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, string>> }];
  readonly users: readonly [{ readonly user: { readonly token?: string } }];
}

function status(url: string, options: RequestOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ...options, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

test('whoever trusts the authority of the kubeconfig and sends its token is let in', async () => {
  const { url } = await start({ tls: true, auth: { tokens: [{ token: 't', user: 'u' }] } });
  const { clusters, users } = parse(server.kubeconfig()) as Kubeconfig;
  const { cluster } = clusters[0];
  expect(cluster['server']).toBe(url);
  expect(cluster).not.toHaveProperty('insecure-skip-tls-verify');
  const ca = Buffer.from(cluster['certificate-authority-data'] ?? '', 'base64');
  const authorization = `Bearer ${users[0].user.token}`;
  expect(await status(`${url}/version`, { ca, headers: { authorization } })).toBe(200);
  expect(await status(`${url}/version`, { ca })).toBe(401);
  expect((parse(server.kubeconfig('other')) as Kubeconfig).users[0].user.token).toBe('other');
});

test('others do not trust the certificate', async () => {
  const { url } = await start({ tls: true });
  await expect(status(`${url}/version`, {})).rejects.toThrow(/certificate/);
});

test.each(['localhost', '127.0.0.1', '::1', 'kubernetes.default.svc'])(
  'the certificate is good for %s',
  async (name) => {
    const { port, certificateAuthority } = await start({ tls: true, host: '127.0.0.1' });
    const socket = connect({
      port,
      host: '127.0.0.1',
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
      // The name is checked as if it had been called.
      servername: /^[a-z]/.test(name) ? name : '',
      checkServerIdentity: (_host, certificate) => {
        const named = certificate.subjectaltname ?? '';
        const shown = name === '::1' ? '0:0:0:0:0:0:0:1' : name;
        return named.split(', ').some((each) => each.endsWith(`:${shown}`)) ? undefined : new Error(named);
      },
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve).once('error', reject);
    });
    expect(socket.authorized).toBe(true);
    socket.destroy();
  },
);

test('plain HTTP has no authority and no token', async () => {
  const { url, certificateAuthority } = await start({});
  expect(url).toMatch(/^http:/);
  expect(certificateAuthority).toBeUndefined();
  expect((parse(server.kubeconfig()) as Kubeconfig).users[0].user).toEqual({});
});
