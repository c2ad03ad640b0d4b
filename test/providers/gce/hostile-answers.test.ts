import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createGceProvider, type HttpAnswer, restWire } from '../../../providers/gce/index.ts';
import { machineOf } from '../../../providers/gce/paths.ts';
import { asPorticoError, PorticoError } from '../../../src/errors.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { clusterOwner, serviceOwner } from './scene.ts';

/** What something that is not the Compute API, or is not well, may answer. */
const bodies: fc.Arbitrary<string> = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.jsonValue().map((items) => JSON.stringify({ items })),
  fc.array(fc.jsonValue(), { maxLength: 5 }).map((items) => JSON.stringify({ items })),
  fc
    .array(
      fc.dictionary(
        fc.constantFrom(
          'name',
          'description',
          'address',
          'IPAddress',
          'zone',
          'allowed',
          'backends',
          'labels',
          'users',
        ),
        fc.jsonValue(),
      ),
      { maxLength: 4 },
    )
    .map((items) => JSON.stringify({ items })),
  fc.dictionary(fc.string(), fc.jsonValue()).map((items) => JSON.stringify({ items, kind: 'compute#list' })),
  fc.constantFrom('', '<!DOCTYPE html><html>Bad Gateway</html>', '{"items":', '[]', 'null', '"', '{"nextPageToken":7}'),
  fc.constant(JSON.stringify({ items: [{ name: 'x'.repeat(200_000), description: '{"portico":' }] })),
);
const statuses = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.integer({ min: 201, max: 599 }) },
);
const answers: fc.Arbitrary<HttpAnswer> = fc.record({ status: statuses, headers: fc.constant({}), body: bodies });

it('whatever the Compute API answers, a look at the cloud ends with a picture or an error of a known code', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answers, { minLength: 1, maxLength: 12 }), async (given) => {
      const clock = virtualClock();
      let calls = 0;
      let writes = 0;
      const provider = createGceProvider(
        { project: 'portico', region: 'us-central1' },
        {
          clock,
          wire: restWire({
            send: async ({ method, path }) => {
              if (method !== 'GET' && !/\/(wait|listInstances)(\?|$)/.test(path)) writes += 1;
              calls += 1;
              return given[calls % given.length] ?? { status: 500, headers: {}, body: '' };
            },
            close: () => Promise.resolve(),
          }),
        },
      );
      const stop = new AbortController();
      // An answer that always names another page, or an operation that never ends, is ended by whoever waits.
      clock.after(600_000, () => stop.abort());
      const look = async (): Promise<unknown> => {
        try {
          const seen = await provider.observe(serviceOwner(), ['address/a', 'firewall/f'], stop.signal);
          await provider.cluster.observe(clusterOwner, [], stop.signal);
          return seen.graph.size;
        } catch (error) {
          return error;
        }
      };
      const outcome = await clock.run(look(), 3_600_000);
      if (typeof outcome !== 'number') {
        expect(outcome).toBeInstanceOf(PorticoError);
        expect(asPorticoError(outcome).code).not.toBe('internal');
      } else expect(outcome).toBe(0);
      expect(writes).toBe(0);
    }),
    { numRuns: 300 },
  );
});

it('a providerID is a machine of three plain parts or nothing', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^gce:\/\/[^/]{0,5}\/{0,2}[^/]{0,5}\/[^/]{0,5}\/?$/)),
      (text) => {
        const machine = machineOf(text);
        if (machine) expect(`gce://${machine.project}/${machine.zone}/${machine.name}`).toBe(text);
        else expect(text).not.toMatch(/^gce:\/\/[^/]+\/[^/]+\/[^/]+$/);
      },
    ),
    { numRuns: 500 },
  );
});
