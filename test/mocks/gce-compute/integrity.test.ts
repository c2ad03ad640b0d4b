import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ApiError } from '../../../mocks/gce-compute/api-error.ts';
import { parseLink } from '../../../mocks/gce-compute/links.ts';
import { type Answer, outcomeOf, testCloud } from './cloud-client.ts';
import { collections, history, latency, type Step } from './histories.ts';
import { region } from './load-balancer.ts';

type Cloud = ReturnType<typeof testCloud>['cloud'];
interface Lease {
  readonly ip: string;
  readonly space: string;
  readonly fixed?: string;
  readonly users: readonly string[];
}
type Resource = Readonly<Record<string, unknown>>;

/** Every link in a document, by its key; places and machine types are nobody's resources. */
function linksIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    const target = value.startsWith('https://www.googleapis.com/') ? parseLink(value) : undefined;
    return target === undefined || ['regions', 'zones', 'machineTypes'].includes(target.place.collection)
      ? []
      : [target.key];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(linksIn) : [];
}

function checkIntegrity(cloud: Cloud): void {
  const { resources, addresses } = cloud.snapshot() as unknown as {
    readonly resources: Readonly<Record<string, Resource>>;
    readonly addresses: readonly Lease[];
  };
  const groups = cloud.view.instanceGroups().map((group) => [group.selfLink, group.members] as const);
  const dangling = [...Object.entries(resources), ...groups].flatMap(([key, body]) =>
    linksIn(body)
      .filter((link) => resources[link] === undefined)
      .map((link) => `${key} -> ${link}`),
  );
  expect(dangling).toEqual([]);
  const holders = addresses.flatMap(({ fixed, users }) => [...(fixed === undefined ? [] : [fixed]), ...users]);
  expect(holders.filter((key) => resources[key] === undefined)).toEqual([]);
  expect(addresses.filter(({ fixed, users }) => fixed === undefined && users.length === 0)).toEqual([]);
  expect(new Set(addresses.map(({ space, ip }) => `${space} ${ip}`)).size).toBe(addresses.length);
  for (const [key, body] of Object.entries(resources)) {
    const ip = body['IPAddress'];
    if (ip !== undefined)
      expect(addresses.filter(({ users }) => users.includes(key)).map((lease) => lease.ip)).toEqual([ip]);
  }
}

const refusalOf = (action: () => void): string => {
  try {
    action();
    return '';
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
};

const failure = { type: 'fail-operation', code: 'INTERNAL_ERROR', message: 'Fault.', httpStatus: 500 } as const;

async function replay(all: readonly Step[], seed: number, after: (cloud: Cloud, answer: Answer | undefined) => void) {
  const { clock, cloud, call } = testCloud({ operationLatencyMs: latency, seed });
  cloud.setFaults([{ match: { probability: 0.1 }, effect: failure }]);
  const answers: string[] = [];
  for (const step of all) {
    if (step.type === 'wait') {
      await clock.advance(step.ms);
      after(cloud, undefined);
      continue;
    }
    if (step.type === 'lose-vm') {
      answers.push(refusalOf(() => cloud.removeInstance('us-central1-a', step.name)));
      after(cloud, undefined);
      continue;
    }
    const answer = await call(step.method, step.path, step.body);
    answers.push(answer.text);
    after(cloud, answer);
  }
  await clock.advance(latency);
  cloud.setFaults([]);
  return { cloud, call, clock, answers };
}

it('any history keeps every reference whole, at every moment, and can be taken down again', async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(history, async (all) => {
      const { cloud, call, clock } = await replay(all, 1, (state, answer) => {
        checkIntegrity(state);
        if (answer === undefined) return;
        const outcome = outcomeOf(answer);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        expect(outcome).toMatch(/^(200|4\d\d \w+)$/);
      });
      checkIntegrity(cloud);
      // Users go before what they use, so one pass from the last collection to the first takes everything down.
      for (const path of collections.toReversed()) {
        for (const given of ['a', 'b']) {
          const { status, text } = await call('DELETE', `${path}/${given}`);
          if (status !== 200) expect(text).toContain('was not found');
        }
        await clock.advance(latency);
      }
      const { resources, addresses } = cloud.snapshot();
      expect(Object.keys(resources as object)).toEqual(['global/networks/default', `${region}/subnetworks/default`]);
      expect(addresses).toEqual([]);
      const { quotas } = (await call('GET', region)).body as { readonly quotas: readonly { usage: number }[] };
      expect(quotas.filter(({ usage }) => usage !== 0)).toEqual([]);
    }),
    { numRuns: 100, seed: 20_260_101 },
  );
  for (const outcome of [
    '200',
    '400 resourceInUseByAnotherResource',
    '400 resourceNotReady',
    '404 notFound',
    '409 alreadyExists',
  ]) {
    expect([outcome, outcomes.has(outcome)]).toEqual([outcome, true]);
  }
});

it('the same seed gives the same answers to the same history, another seed others', async () => {
  const nothing = () => undefined;
  await fc.assert(
    fc.asyncProperty(history, fc.nat(), async (all, seed) => {
      const one = await replay(all, seed, nothing);
      const again = await replay(all, seed, nothing);
      const other = await replay(all, seed + 1, nothing);
      expect(again.answers).toEqual(one.answers);
      expect(again.cloud.snapshot()).toEqual(one.cloud.snapshot());
      expect(other.answers).not.toEqual(one.answers);
    }),
    { numRuns: 15, seed: 20_260_101 },
  );
});
