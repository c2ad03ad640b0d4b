import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { PorticoError } from '../../../src/errors.ts';
import { inWorld, type Law, sampling } from '../law.ts';
import { pass } from '../pass.ts';
import { clear, ipsOf, live, serve, setScene } from '../scene.ts';
import { changedWish, plainWish, wishes } from '../wishes.ts';

export const address: readonly Law[] = [
  {
    name: 'the address stays through any change that keeps scheme and families, crashes on the way included',
    run: async (bench) => {
      const { capabilities } = await inWorld(bench, async (world) => world.provider());
      const histories = wishes(capabilities).chain((first) =>
        fc.tuple(
          fc.constant(first),
          fc.array(fc.record({ wish: wishes(capabilities, first), crashAt: fc.integer({ min: 1, max: 30 }) }), {
            minLength: 1,
            maxLength: 3,
          }),
        ),
      );
      await fc.assert(
        fc.asyncProperty(histories, ([first, changes]) =>
          inWorld(bench, async (world) => {
            const { provider, intent } = await setScene(world);
            const ips = ipsOf((await serve(provider, intent(first))).ingress);
            for (const { wish, crashAt } of changes) {
              let call = 0;
              world.intercept(() => {
                call += 1;
                return call < crashAt
                  ? undefined
                  : { when: call === crashAt ? 'after' : 'before', code: 'unreachable' };
              });
              const wanted = intent(wish);
              await pass(provider, wanted.owner, wanted, { signal: live(), width: 2 }).catch(failedObservation);
              world.intercept(undefined);
              const { ingress } = await serve(world.provider(), wanted, { passes: 3 });
              assert.deepEqual(ipsOf(ingress), ips);
              provider.refresh();
            }
          }),
        ),
        sampling(bench),
      );
    },
  },
  {
    name: 'asking for the address that the balancer has changes nothing, and asking no more does not either',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const plain = plainWish(provider.capabilities);
        const [ip = ''] = ipsOf((await serve(provider, intent(plain))).ingress);
        const before = await world.snapshot();
        for (const wish of [{ ...plain, address: { kind: 'ip', ip } } as const, plain]) {
          const { ingress } = await serve(provider, intent(wish));
          assert.deepEqual(ipsOf(ingress), [ip]);
          assert.deepEqual(await world.snapshot(), before);
        }
      }),
  },
  {
    name: 'a static address of a person’s is used when asked for, by value or by name, and never deleted',
    run: async (bench) => {
      for (const by of ['ip', 'name'] as const) {
        await inWorld(bench, async (world) => {
          const { provider, intent } = await setScene(world);
          const plain = plainWish(provider.capabilities);
          const [family = 'ipv4'] = plain.families;
          const { name, ip } = await world.reserveAddress(plain.scheme, family);
          const before = await world.snapshot();
          const requested = by === 'ip' ? ({ kind: 'ip', ip } as const) : ({ kind: 'name', name } as const);
          // From an address of the balancer's own, through a change of everything else, and back.
          const own = ipsOf((await serve(provider, intent(plain))).ingress);
          assert.notDeepEqual(own, [ip]);
          for (const wish of [plain, changedWish(provider.capabilities)]) {
            const { ingress } = await serve(provider, intent({ ...wish, address: requested }));
            assert.deepEqual(ipsOf(ingress), [ip]);
          }
          const back = ipsOf((await serve(provider, intent(plain))).ingress);
          assert.notDeepEqual(back, [ip]);
          await serve(provider, intent({ ...plain, address: requested }));
          await clear(provider, intent(plain).owner);
          assert.deepEqual(await world.snapshot(), before);
        });
      }
    },
  },
  {
    name: 'adding a family keeps the address of the other, taking it away does too',
    run: (bench) =>
      inWorld(bench, async (world) => {
        const { provider, intent } = await setScene(world);
        const { families } = provider.capabilities;
        const plain = plainWish(provider.capabilities);
        const first = ipsOf((await serve(provider, intent(plain))).ingress);
        for (const some of [families, plain.families]) {
          const ips = ipsOf((await serve(provider, intent({ ...plain, families: some }))).ingress);
          assert.ok(ips.includes(first[0] ?? ''), `${ips.join(', ')} must contain ${first.join(', ')}`);
        }
      }),
  },
];

/** A crash may hit the observation; that it is told as ours is another law. */
function failedObservation(error: unknown): undefined {
  if (!(error instanceof PorticoError)) throw error;
}
