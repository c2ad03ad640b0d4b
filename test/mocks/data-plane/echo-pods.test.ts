import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, textOfAnswer } from '../kube-apiserver/ask.ts';
import { deployment, inDefault, type KubeThing, mergePatch } from '../kube-controllers/cluster.ts';
import { isReady, type RunningCluster, runningCluster } from './running-cluster.ts';
import { echoTcp, echoUdp, get, outcome } from './traffic.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await runningCluster();
});
afterAll(() => cluster.close());

const podNamed = (name: string): Promise<KubeThing> => cluster.request('GET', `${inDefault.pods}/${name}`);
const wire = (pod: KubeThing): string => cluster.site.plan.toWire(pod.status.podIP as string);
const at = (pod: KubeThing, path: string, port = 8080): string => `http://${wire(pod)}:${port}${path}`;

async function run(name: string, container: object, spec: object = {}): Promise<KubeThing> {
  const containers = [{ name: 'main', image: 'kubia', ...container }];
  await cluster.request('POST', inDefault.pods, { metadata: { name }, spec: { containers, ...spec } });
  await cluster.until(async () => (await podNamed(name)).status.phase === 'Running');
  return podNamed(name);
}
const statusOf = async (name: string) => (await podNamed(name)).status.containerStatuses[0];
const remove = (name: string) => cluster.request('DELETE', `${inDefault.pods}/${name}`);
const isGone = async (name: string) => (await podNamed(name)).kind === 'Status';

describe('pods of a Deployment', () => {
  it('answer, each with its name, its node and the client that it sees; and are gone when scaled away', async () => {
    await cluster.request('POST', inDefault.deployments, deployment(3));
    await cluster.until(async () => (await cluster.list(inDefault.pods)).filter(isReady).length === 3);
    const pods = await cluster.list(inDefault.pods);
    for (const pod of pods) {
      expect(await get(at(pod, '/hello?a=b'), { from: '127.9.8.7' })).toMatchObject({
        status: 200,
        pod: pod.metadata.name,
        node: pod.spec.nodeName,
        client: { address: '127.9.8.7' },
        path: '/hello?a=b',
      });
    }
    expect(new Set(pods.map((pod) => pod.spec.nodeName)).size).toBe(3);

    await cluster.request('PATCH', `${inDefault.deployments}/kubia`, { spec: { replicas: 0 } }, mergePatch);
    await cluster.until(async () => (await cluster.list(inDefault.pods)).length === 0);
    for (const pod of pods) expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
  });
});

describe('ports', () => {
  it('are those that the manifest declares, TCP and UDP; raw bytes come back on both', async () => {
    const ports = [{ containerPort: 7000 }, { containerPort: 7001, protocol: 'UDP' }];
    const pod = await run('raw', { ports });
    expect(await echoTcp(wire(pod), 7000, 'some bytes\n')).toBe('some bytes\n');
    expect(await echoUdp(wire(pod), 7001, 'a datagram')).toBe('a datagram');
    expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
  });

  it('that two containers of a pod want leave the second one crashing', async () => {
    const containers = ['one', 'two'].map((name) => ({ name, image: 'kubia', ports: [{ containerPort: 8080 }] }));
    await cluster.request('POST', inDefault.pods, { metadata: { name: 'twice' }, spec: { containers } });
    const second = async () => (await podNamed('twice')).status.containerStatuses?.[1];
    await cluster.until(async () => (await second())?.state.waiting?.reason === 'CrashLoopBackOff');
    expect(isReady(await podNamed('twice'))).toBe(false);
    expect(cluster.logs.join('\n')).toMatch(/default\/twice cannot listen: .*EADDRINUSE/);
  });
});

describe('readiness', () => {
  interface Row {
    readonly name: string;
    readonly probe: object;
    readonly ready: boolean;
  }
  const rows: readonly Row[] = [
    { name: 'http-ok', probe: { httpGet: { path: '/', port: 8080 } }, ready: true },
    { name: 'http-by-name', probe: { httpGet: { path: '/', port: 'web' } }, ready: true },
    { name: 'http-redirect', probe: { httpGet: { path: '/_status/399', port: 'web' } }, ready: true },
    { name: 'http-error', probe: { httpGet: { path: '/_status/400', port: 'web' } }, ready: false },
    { name: 'http-other-port', probe: { httpGet: { path: '/', port: 8081 } }, ready: false },
    { name: 'http-no-such-name', probe: { httpGet: { path: '/', port: 'other' } }, ready: false },
    { name: 'tcp-ok', probe: { tcpSocket: { port: 'web' } }, ready: true },
    { name: 'tcp-closed', probe: { tcpSocket: { port: 8081 } }, ready: false },
    { name: 'exec-ok', probe: { exec: { command: ['true'] } }, ready: true },
    { name: 'exec-fails', probe: { exec: { command: ['sh', '-c', 'exit 3'] } }, ready: false },
  ];
  it.each(rows)('$name', async ({ name, probe, ready }) => {
    const ports = [{ containerPort: 8080, name: 'web' }];
    await run(name, { ports, readinessProbe: { periodSeconds: 1, ...probe } });
    await cluster.advance(1500);
    expect(isReady(await podNamed(name))).toBe(ready);
  });

  it('comes and goes with what the probe finds, after as many probes as the thresholds say', async () => {
    const exec = { command: ['ls', '/var/ready'] };
    const pod = await run('toggled', {
      readinessProbe: { exec, periodSeconds: 1, failureThreshold: 3, successThreshold: 2 },
    });
    await cluster.advance(2500);
    expect(isReady(await podNamed('toggled'))).toBe(false);
    await get(at(pod, '/_files/var/ready'), { method: 'PUT' });
    await cluster.advance(1000);
    expect(isReady(await podNamed('toggled'))).toBe(false);
    await cluster.advance(1000);
    expect(isReady(await podNamed('toggled'))).toBe(true);
    await get(at(pod, '/_files/var/ready'), { method: 'DELETE' });
    await cluster.advance(2000);
    expect(isReady(await podNamed('toggled'))).toBe(true);
    await cluster.advance(1000);
    expect(isReady(await podNamed('toggled'))).toBe(false);
  });
});

describe('restarts', () => {
  it('follow an exit: at once, then after ten seconds, then twenty', async () => {
    const pod = await run('crashing', {});
    await get(at(pod, '/_exit/3'));
    await cluster.until(async () => (await statusOf('crashing')).restartCount === 1);
    expect((await statusOf('crashing')).lastState.terminated).toMatchObject({ exitCode: 3, reason: 'Error' });
    await cluster.until(async () => 'running' in (await statusOf('crashing')).state, 1000);
    for (const waitMs of [10_000, 20_000]) {
      await get(at(pod, '/_exit/1'));
      await cluster.until(async () => 'waiting' in (await statusOf('crashing')).state, 1000);
      await cluster.advance(waitMs - 500);
      expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
      await cluster.advance(1000);
      expect(await outcome(at(pod, '/'))).toMatchObject({ pod: 'crashing' });
    }
  });

  it('follow a liveness probe that fails three times', async () => {
    const exec = { command: ['sh', '-c', 'exit 1'] };
    await run('lifeless', { livenessProbe: { exec, periodSeconds: 2, failureThreshold: 3 } });
    await cluster.advance(3500);
    expect((await statusOf('lifeless')).restartCount).toBe(0);
    await cluster.advance(1500);
    expect((await statusOf('lifeless')).restartCount).toBe(1);
  });

  it('do not follow where the policy says never', async () => {
    const pod = await run('once', {}, { restartPolicy: 'Never' });
    await get(at(pod, '/_exit/0'));
    await cluster.until(async () => (await podNamed('once')).status.phase === 'Succeeded', 1000);
    expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
  });
});

describe('a pod that is deleted', () => {
  it('finishes the request it has, takes no new connection, and is gone before its grace ends', async () => {
    const pod = await run('leaving', {});
    const slow = get(at(pod, '/_wait/5000'));
    await cluster.until(() => cluster.clock.pending > 0 && outcomeOfOpen(pod), 1000);
    await remove('leaving');
    await cluster.advance(1000);
    expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
    expect(await isGone('leaving')).toBe(false);
    await cluster.advance(4500);
    expect(await slow).toMatchObject({ status: 200, pod: 'leaving' });
    await cluster.until(() => isGone('leaving'), 1000);
  });

  it('is cut off when its grace is over', async () => {
    const pod = await run('stubborn', {}, { terminationGracePeriodSeconds: 2 });
    const slow = outcome(at(pod, '/_wait/60000'));
    await outcomeOfOpen(pod);
    await remove('stubborn');
    await cluster.advance(2500);
    expect(await slow).toBe('ECONNRESET');
    expect(await isGone('stubborn')).toBe(true);
  });

  it('answers as before while its preStop hook sleeps', async () => {
    const pod = await run('hooked', { lifecycle: { preStop: { sleep: { seconds: 5 } } } });
    await remove('hooked');
    await cluster.advance(4500);
    expect(await outcome(at(pod, '/'))).toMatchObject({ pod: 'hooked' });
    await cluster.advance(1000);
    expect(await outcome(at(pod, '/'))).toBe('ECONNREFUSED');
    expect(await isGone('hooked')).toBe(true);
  });
});

describe('logs', () => {
  const log = async (name: string, query = ''): Promise<{ status: number; text: string }> => {
    const answer = await ask(cluster.api, 'GET', `${inDefault.pods}/${name}/log${query}`);
    if (!answer.body || answer.body instanceof Uint8Array) return { status: answer.status, text: textOfAnswer(answer) };
    throw new Error('The answer is a stream.');
  };
  const messageOf = async (name: string, query = ''): Promise<string> => {
    const { status, text } = await log(name, query);
    return `${status} ${(JSON.parse(text) as { message: string }).message}`;
  };

  it('are what the container wrote, newest lines, lines since then, with their time, so many bytes', async () => {
    const pod = await run('writing', {});
    await get(at(pod, '/one'), { from: '127.9.8.7' });
    await cluster.advance(5000);
    await get(at(pod, '/two'), { from: '127.9.8.7' });
    const lines = ['listening on 8080/TCP', '127.9.8.7 GET /one 200', '127.9.8.7 GET /two 200'].map(
      (line) => `${line}\n`,
    );
    expect(await log('writing')).toEqual({ status: 200, text: lines.join('') });
    expect((await log('writing', '?container=main&tailLines=2')).text).toBe(lines.slice(1).join(''));
    expect((await log('writing', '?tailLines=0')).text).toBe('');
    expect((await log('writing', '?sinceSeconds=3')).text).toBe(lines[2]);
    expect((await log('writing', `?sinceTime=${new Date(cluster.clock.now() - 1000).toISOString()}`)).text).toBe(
      lines[2],
    );
    expect((await log('writing', '?limitBytes=9')).text).toBe('listening');
    expect((await log('writing', '?tailLines=1&timestamps=true')).text).toMatch(
      /^2026-01-01T00:\d\d:\d\d\.\d{9}Z 127\.9\.8\.7 GET \/two 200\n$/,
    );
  });

  it('of the run before are there after a restart', async () => {
    const pod = await run('restarting', {});
    expect(await messageOf('restarting', '?previous=true')).toBe(
      '400 previous terminated container "main" in pod "restarting" not found',
    );
    await get(at(pod, '/_exit/3'));
    await cluster.until(async () => (await statusOf('restarting')).restartCount === 1);
    await cluster.until(async () => 'running' in (await statusOf('restarting')).state, 1000);
    expect((await log('restarting')).text).toBe('listening on 8080/TCP\n');
    expect((await log('restarting', '?previous=true')).text).toContain('GET /_exit/3 200\n');
  });

  it('are followed until the pod is gone', async () => {
    const pod = await run('followed', {});
    const { body } = await ask(cluster.api, 'GET', `${inDefault.pods}/followed/log?follow=true&tailLines=0`);
    if (!body || body instanceof Uint8Array) throw new Error('The answer is no stream.');
    const all = textOf(body);
    await get(at(pod, '/seen'), { from: '127.9.8.7' });
    await remove('followed');
    await cluster.until(() => isGone('followed'));
    expect(await all).toBe('127.9.8.7 GET /seen 200\n');
  });

  it('are refused as by the real server', async () => {
    await run('alone', {});
    const containers = ['one', 'two'].map((name, index) => ({
      name,
      image: 'x',
      ports: [{ containerPort: 8080 + index }],
    }));
    await cluster.request('POST', inDefault.pods, { metadata: { name: 'pair' }, spec: { containers } });
    await cluster.until(async () => isReady(await podNamed('pair')));
    expect(await messageOf('nobody')).toBe('404 pods "nobody" not found');
    expect(await messageOf('pair')).toBe(
      '400 a container name must be specified for pod pair, choose one of: [one two]',
    );
    expect(await messageOf('pair', '?container=three')).toBe('400 container three is not valid for pod pair');
    expect((await log('pair', '?container=two')).text).toBe('listening on 8081/TCP\n');
    expect(await messageOf('alone', '?tailLines=-1')).toMatch(
      /^422 .*tailLines: Invalid value: -1: must be greater than/,
    );
    expect(await messageOf('alone', '?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z')).toMatch(/^422 .*at most one of/);
  });
});

/** A later request over another connection is answered after the server has read the earlier one. */
const outcomeOfOpen = async (pod: KubeThing): Promise<boolean> => typeof (await outcome(at(pod, '/'))) === 'object';
