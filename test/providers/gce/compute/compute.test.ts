import { describe, expect, it } from 'vitest';
import type { ApiCall, Body } from '../../../../providers/gce/compute/calls.ts';
import { type CallRecord, compute } from '../../../../providers/gce/compute/compute.ts';
import { type ErrorCode, PorticoError } from '../../../../src/errors.ts';
import { virtualClock } from '../../../virtual-clock.ts';

type Answer = Body | ErrorCode;

/** A wire that gives the answers in order, one a call, and keeps the calls. */
function scripted(answers: readonly Answer[]) {
  const calls: ApiCall[] = [];
  const clock = virtualClock();
  const records: CallRecord[] = [];
  let ids = 0;
  const api = compute(
    {
      call: (call) => {
        const answer = answers[calls.push(call) - 1];
        if (answer === undefined) return Promise.reject(new Error('one call too many'));
        return typeof answer === 'string' ? Promise.reject(new PorticoError(answer, answer)) : Promise.resolve(answer);
      },
      close: () => Promise.resolve(),
    },
    { clock, onCall: (record) => records.push(record), newRequestId: () => `id-${(ids += 1)}` },
  );
  return { api, calls, clock, records };
}

const live = new AbortController().signal;
const insert: ApiCall = { collection: 'addresses', verb: 'insert', project: 'p', location: 'r', body: { name: 'a' } };
const running: Body = { name: 'op-1', status: 'RUNNING', region: 'https://x/compute/v1/projects/p/regions/r' };
const done: Body = { ...running, status: 'DONE' };
const idOf = (call: ApiCall | undefined): string | undefined => call?.query?.['requestId'];

describe('a change', () => {
  it('is done after one call when the operation is', async () => {
    const { api, calls } = scripted([done]);
    await api.change(insert, live);
    expect(calls.map(({ verb }) => verb)).toEqual(['insert']);
  });

  it('waits by long poll in the scope of the operation, without sleeping first', async () => {
    const { api, calls, clock } = scripted([running, done]);
    await api.change(insert, live);
    expect(calls[1]).toMatchObject({ collection: 'regionOperations', verb: 'wait', location: 'r', name: 'op-1' });
    expect(clock.monotonic()).toBe(0);
  });

  it('polls on when the wait came back early, holding off a little', async () => {
    const { api, clock, calls } = scripted([running, running, running, done]);
    await clock.run(api.change(insert, live));
    expect(calls).toHaveLength(4);
    expect(clock.monotonic()).toBeGreaterThan(100);
  });

  it('fails with the error of the operation', async () => {
    const failed = { ...done, error: { errors: [{ code: 'QUOTA_EXCEEDED', message: 'no more' }] } };
    const { api } = scripted([running, failed]);
    await expect(api.change(insert, live)).rejects.toMatchObject({ code: 'quota' });
  });

  it('is not repeated by itself', async () => {
    const { api, calls } = scripted(['unreachable']);
    await expect(api.change(insert, live)).rejects.toMatchObject({ code: 'unreachable' });
    expect(calls).toHaveLength(1);
  });

  it.each(['unreachable', 'transient', 'aborted'] as const)(
    'intended again after %s goes under the same id',
    async (code) => {
      const { api, calls } = scripted([code, done, done]);
      await expect(api.change(insert, live)).rejects.toMatchObject({ code });
      await api.change(insert, live);
      await api.change(insert, live);
      expect(calls.map(idOf)).toEqual(['id-1', 'id-1', 'id-2']);
    },
  );

  it.each(['invalid', 'quota', 'denied', 'exists', 'in-use'] as const)(
    'refused with %s gets a new id',
    async (code) => {
      const { api, calls } = scripted([code, done]);
      await expect(api.change(insert, live)).rejects.toMatchObject({ code });
      await api.change(insert, live);
      expect(calls.map(idOf)).toEqual(['id-1', 'id-2']);
    },
  );

  it('gets a new id when its operation failed, since the old one would answer with the failure', async () => {
    const failed = { ...done, error: { errors: [{ code: 'INTERNAL_ERROR', message: 'again' }] } };
    const { api, calls } = scripted([failed, done]);
    await expect(api.change(insert, live)).rejects.toMatchObject({ code: 'transient' });
    await api.change(insert, live);
    expect(calls.map(idOf)).toEqual(['id-1', 'id-2']);
  });

  it('gets a new id when it says something else, or the resource was seen meanwhile', async () => {
    const other = scripted(['unreachable', done]);
    await expect(other.api.change(insert, live)).rejects.toMatchObject({ code: 'unreachable' });
    await other.api.change({ ...insert, body: { name: 'a', description: 'new' } }, live);
    expect(other.calls.map(idOf)).toEqual(['id-1', 'id-2']);

    const seen = scripted(['unreachable', { name: 'a' }, done]);
    await expect(seen.api.change(insert, live)).rejects.toMatchObject({ code: 'unreachable' });
    await seen.api.get({ collection: 'addresses', project: 'p', location: 'r', name: 'a' }, live);
    await seen.api.change(insert, live);
    expect([idOf(seen.calls[0]), idOf(seen.calls[2])]).toEqual(['id-1', 'id-2']);
  });
});

describe('a read', () => {
  const where = { collection: 'addresses', project: 'p', location: 'r', name: 'a' } as const;

  it.each(['unreachable', 'transient', 'throttled'] as const)('is tried again after %s', async (code) => {
    const { api, clock } = scripted([code, code, { name: 'a' }]);
    expect(await clock.run(api.get(where, live))).toEqual({ name: 'a' });
  });

  it.each(['denied', 'invalid', 'unauthenticated'] as const)('is not after %s', async (code) => {
    const { api, calls } = scripted([code]);
    await expect(api.get(where, live)).rejects.toMatchObject({ code });
    expect(calls).toHaveLength(1);
  });

  it('gives up after four attempts', async () => {
    const { api, clock, calls } = scripted(['transient', 'transient', 'transient', 'transient', { name: 'a' }]);
    await expect(clock.run(api.get(where, live))).rejects.toMatchObject({ code: 'transient' });
    expect(calls).toHaveLength(4);
  });

  it('of nothing is undefined', async () => {
    const { api } = scripted(['not-found']);
    expect(await api.get(where, live)).toBeUndefined();
  });

  it('of a list follows the pages', async () => {
    const { api, calls } = scripted([{ items: [1], nextPageToken: 't' }, { items: [2] }]);
    const pages = await api.list({ collection: 'firewalls', verb: 'list', project: 'p' }, live);
    expect(pages).toHaveLength(2);
    expect(calls.map((call) => call.query?.['pageToken'])).toEqual([undefined, 't']);
  });

  it('stops at once when aborted between attempts', async () => {
    const { api, clock, calls } = scripted(['transient', { name: 'a' }]);
    const stop = new AbortController();
    const read = api.get(where, stop.signal);
    await clock.settle();
    stop.abort();
    await expect(read).rejects.toMatchObject({ code: 'aborted' });
    expect(calls).toHaveLength(1);
  });
});

it('tells every call with its code', async () => {
  const { api, records } = scripted([running, done]);
  await api.change(insert, live);
  expect(records.map(({ method, code }) => [method, code])).toEqual([
    ['addresses.insert', 'ok'],
    ['regionOperations.wait', 'ok'],
  ]);
});
