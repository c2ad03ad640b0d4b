import { describe, expect, test } from 'vitest';
import { createKubeApi } from '../../../mocks/index.ts';
import { virtualClock } from '../../virtual-clock.ts';
import { ask, textOfAnswer } from '../kube-apiserver/ask.ts';
import { nodeNamed } from './cluster.ts';

/** The first round of the real controller in the traces came about 3 s after its start. */
const firstRoundMs = 3000;

describe('rounds of the node monitor', () => {
  test.each([0, 1, firstRoundMs - 10, firstRoundMs, 123_456])(
    'count from the start of the controllers, %i ms after the start of the clock',
    async (startMs) => {
      const clock = virtualClock({ seed: 1 });
      await clock.advance(startMs);
      const api = createKubeApi({ clock, seed: 1, controllers: true });
      await ask(api, 'POST', '/api/v1/nodes', nodeNamed(1));
      const registered = async (): Promise<boolean> =>
        textOfAnswer(await ask(api, 'GET', '/api/v1/events')).includes('RegisteredNode');

      await clock.advance(firstRoundMs - 100);
      expect(await registered()).toBe(false);
      await clock.advance(200);
      expect(await registered()).toBe(true);
    },
  );
});
