import * as fc from 'fast-check';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { PorticoError } from '../../src/errors.ts';
import { type ClusterAccess, clusterAccess, type Credentials } from '../../src/kube/kubeconfig.ts';
import { virtualClock } from '../virtual-clock.ts';

const folder = mkdtempSync(join(tmpdir(), 'portico-'));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'k', cluster: { server: 'https://192.0.2.1:6443', 'certificate-authority-data': 'Q0E=', 'proxy-url': '' } },
  ],
  users: [
    {
      name: 'u',
      user: {
        token: 'secret',
        tokenFile: '',
        'client-certificate-data': 'Q0VSVA==',
        'client-key-data': 'S0VZ',
        username: 'a',
        password: 'b',
        // Nothing that chance makes up may be started.
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/nonexistent/plugin', args: [], env: [] },
        'auth-provider': { name: 'oidc', config: { 'id-token': 'x' } },
      },
    },
  ],
  contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'shop' } }],
  'current-context': 'c',
};

type Path = readonly (string | number)[];
const pathsIn = (value: unknown, path: Path = []): readonly Path[] => [
  path,
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, Array.isArray(value) ? Number(key) : key]))
    : []),
];

/** The same with another value at the path; undefined takes the field away. */
function withValue(value: unknown, [first, ...rest]: Path, other: unknown): unknown {
  if (first === undefined) return other;
  const copy: Record<string | number, unknown> = Array.isArray(value)
    ? (Object.assign([], value) as never)
    : { ...(value as object) };
  copy[first] = withValue(copy[first], rest, other);
  return copy;
}

const paths = pathsIn(whole).filter((path) => path.at(-1) !== 'command');
const changes = fc.array(
  fc.tuple(fc.constantFrom(...paths), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined))),
  {
    maxLength: 3,
  },
);
/** A change at a path that an earlier one took away is left out. */
const changed = changes.map((each) =>
  JSON.stringify(
    each.reduce<unknown>((config, [path, value]) => {
      try {
        return withValue(config, path, value);
      } catch {
        return config;
      }
    }, whole) ?? null,
  ),
);

/** The access with its credentials, or why there is none. What is no PorticoError is thrown. */
async function open(path: string): Promise<(ClusterAccess & Pick<Credentials, 'headers'>) | PorticoError> {
  try {
    const access = clusterAccess(path, virtualClock());
    const { headers } = await access.credentials();
    return { ...access, headers };
  } catch (error) {
    if (error instanceof PorticoError) return error;
    throw error;
  }
}

it('whatever a kubeconfig says, it gives an access that can be used or is told to be none', async () => {
  let used = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 5, arbitrary: changed }, fc.string(), fc.json()), async (text) => {
      const path = join(folder, 'config');
      writeFileSync(path, text);
      const found = await open(path);
      if (found instanceof PorticoError) {
        expect(found.code).toMatch(/^(invalid|unauthenticated)$/);
        expect(found.message).not.toContain('secret');
        return;
      }
      used += 1;
      expect(new URL(found.server).protocol).toMatch(/^https?:$/);
      expect(found.server).not.toMatch(/\/$/);
      expect(found.namespace).toMatch(/./);
      if (found.proxy !== undefined) expect(new URL(found.proxy).protocol).toMatch(/^(https?|socks5?):$/);
      for (const value of Object.values(found.headers)) expect(value).toBeTypeOf('string');
    }),
    { numRuns: 400 },
  );
  expect(used).toBeGreaterThan(0);
});
