import { PorticoError } from '../../../src/errors.ts';
import { type ApiCall, type Body, objectOf, pathOf, verbs } from './calls.ts';
import { errorOfAnswer } from './classify.ts';
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
      return parse(answer.body, call);
    },
    close: () => transport.close(),
  };
}

function parse(body: string, call: ApiCall): Body {
  if (body === '') return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (cause) {
    throw new PorticoError('transient', `${objectOf(call)}: the Compute API answered something that is not JSON.`, {
      object: objectOf(call),
      cause,
    });
  }
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as Body) : {};
}
