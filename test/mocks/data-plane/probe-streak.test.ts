import fc from 'fast-check';
import { expect, it } from 'vitest';
import { afterProbe, failing, passing } from '../../../mocks/data-plane/probe-streak.ts';

it('changes its mind after as many opposite probes in a row as the threshold says, and not before', () => {
  const count = fc.integer({ min: 1, max: 10 });
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 60 }),
      count,
      count,
      fc.boolean(),
      (probes, toPass, toFail, start) => {
        let streak = start ? passing : failing;
        let expected = start;
        probes.forEach((success, index) => {
          streak = afterProbe(streak, success, { toPass, toFail });
          const needed = success ? toPass : toFail;
          const last = probes.slice(Math.max(0, index + 1 - needed), index + 1);
          if (success !== expected && last.length === needed && last.every((each) => each === success))
            expected = success;
          expect(streak.passing).toBe(expected);
        });
      },
    ),
  );
});
