import { checkedAnswer, unreadable } from './answer-kind.ts';
import { type ApiCall, type Body, objectOf, pathOf, verbs } from './calls.ts';
import { errorOfAnswer } from './classify.ts';
import { isBody } from './fields.ts';
import type { Transport } from './transport.ts';
import type { Wire } from './wire.ts';

/**
 * The calls as plain REST over a transport. Used where the official client is not wanted: a simulator that runs the
 * Compute API in the same thread, and the few calls that the typed client cannot express.
 */
export function restWire(transport: Transport): Wire {
  return {
    async call(call, signal) {
      const answer = await transport.send(
        {
          method: verbs[call.verb].http,
          path: pathOf(call),
          headers: { 'content-type': 'application/json' },
          ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
        },
        signal,
      );
      if (answer.status >= 300) throw errorOfAnswer(answer, objectOf(call));
      return checkedAnswer(call, parse(answer.body, call));
    },
    close: () => transport.close(),
  };
}

function parse(body: string, call: ApiCall): Body {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw unreadable(call, 'it is not JSON', cause);
  }
  return isBody(parsed) ? parsed : {};
}
