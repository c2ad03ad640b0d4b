import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Endpoint, type Health, serveHealth } from '../../src/telemetry/endpoint.ts';

const health: Health = {
  readiness: () => ({ ready: false, role: 'leader', synced: false, lastSuccess: null }),
  metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'up 1\n' }),
};

async function get({ port }: Endpoint, path: string): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

describe('serveHealth', () => {
  it('tells health, readiness and metrics', async () => {
    const endpoint = await serveHealth({ host: '127.0.0.1', port: 0 }, health);
    try {
      expect(await get(endpoint, '/healthz?verbose')).toMatchObject({ status: 200, text: 'ok\n' });
      expect(await get(endpoint, '/readyz')).toMatchObject({ status: 503 });
      expect(await get(endpoint, '/metrics')).toEqual({
        status: 200,
        text: 'up 1\n',
        type: 'text/plain; version=0.0.4',
      });
      expect(await get(endpoint, '/nothing')).toMatchObject({ status: 404 });
    } finally {
      await endpoint.close();
    }
  });

  it.each([
    [
      { ready: true, role: 'leader', synced: true, lastSuccess: Date.UTC(2026, 0, 1) },
      'ready\nrole: leader\nsynced: yes\nlast success: 2026-01-01T00:00:00.000Z\n',
    ],
    [
      { ready: true, role: 'standby', synced: false, lastSuccess: null },
      'ready\nrole: standby\nsynced: no, a standby has nothing to know\nlast success: none yet\n',
    ],
    [
      { ready: false, role: 'leader', synced: false, lastSuccess: null },
      'not ready\nrole: leader\nsynced: not yet\nlast success: none yet\n',
    ],
  ] as const)('says why it is ready or not: %j', async (readiness, text) => {
    const endpoint = await serveHealth({ host: '127.0.0.1', port: 0 }, { ...health, readiness: () => readiness });
    try {
      expect(await get(endpoint, '/readyz')).toMatchObject({ status: readiness.ready ? 200 : 503, text });
    } finally {
      await endpoint.close();
    }
  });

  it('answers 500 when the metrics cannot be collected, and lives on', async () => {
    const metrics = () => Promise.reject(new Error('broken'));
    const endpoint = await serveHealth({ host: '127.0.0.1', port: 0 }, { ...health, metrics });
    try {
      expect(await get(endpoint, '/metrics')).toMatchObject({ status: 500 });
      expect(await get(endpoint, '/healthz')).toMatchObject({ status: 200 });
    } finally {
      await endpoint.close();
    }
  });

  it('lives through requests that are no URL', async () => {
    const endpoint = await serveHealth({ host: '127.0.0.1', port: 0 }, health);
    try {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(endpoint.port, '127.0.0.1', () => socket.write('GET // HTTP/1.1\r\nHost: x\r\n\r\n'));
        socket.once('data', (data) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.once('error', reject);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 404/);
      expect(await get(endpoint, '/healthz')).toMatchObject({ status: 200 });
    } finally {
      await endpoint.close();
    }
  });

  it('says what to do when the address is taken', async () => {
    const first = await serveHealth({ host: '127.0.0.1', port: 0 }, health);
    try {
      await expect(serveHealth({ host: '127.0.0.1', port: first.port }, health)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringMatching(/something else listens there\. Give another --metrics-addr, or off\./),
      });
    } finally {
      await first.close();
    }
  });
});
