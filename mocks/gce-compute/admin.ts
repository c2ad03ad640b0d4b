import { parseFaults } from '../fault-rules.ts';
import type { FaultRule } from '../faults.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { CallLog } from './call-log.ts';
import { type Document, isDocument, text, texts } from './json.ts';
import type { NewInstance } from './kinds/instance.ts';
import type { GceRequest, GceResponse } from './wire.ts';

/** What the administration of the mock may reach. */
export interface Administered {
  readonly calls: CallLog;
  readonly snapshot: () => Document;
  readonly setFaults: (rules: readonly FaultRule[]) => void;
  readonly faults: () => readonly FaultRule[];
  readonly addInstance: (instance: NewInstance) => void;
  readonly removeInstance: (zone: string, name: string) => void;
}

type Handler = (mock: Administered, request: GceRequest, url: URL) => unknown;

const parseJson = (body: Uint8Array | undefined): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
  } catch {
    throw badRequest('The body must be JSON.');
  }
};

function plantFaults(mock: Administered, { body }: GceRequest): unknown {
  const parsed = parseFaults(parseJson(body));
  if ('problems' in parsed) throw badRequest(parsed.problems.join(' '));
  mock.setFaults(parsed.rules);
  return { rules: parsed.rules };
}

function addInstances(mock: Administered, { body }: GceRequest): unknown {
  const input = parseJson(body);
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  for (const item of list) {
    if (!isDocument(item)) throw badRequest('An instance is an object {name, zone, networkIP?, tags?}.');
    const name = text(item, 'name');
    const zone = text(item, 'zone');
    if (name === undefined || zone === undefined) throw badRequest('An instance needs a name and a zone.');
    mock.addInstance({ name, zone, networkIP: text(item, 'networkIP'), tags: texts(item, 'tags') });
  }
  return { added: list.length };
}

function removeInstance(mock: Administered, _request: GceRequest, url: URL): unknown {
  const [zone = '', name = ''] = url.pathname.split('/').slice(-2);
  mock.removeInstance(zone, name);
  return { removed: `${zone}/${name}` };
}

const resources: readonly (readonly [string, RegExp, Handler])[] = [
  ['GET', /^\/_portico\/calls$/, ({ calls }) => calls.counts()],
  ['POST', /^\/_portico\/calls\/reset$/, ({ calls }) => (calls.reset(), { reset: true })],
  ['GET', /^\/_portico\/log$/, ({ calls }) => ({ calls: calls.calls() })],
  ['GET', /^\/_portico\/state$/, ({ snapshot }) => snapshot()],
  ['GET', /^\/_portico\/faults$/, ({ faults }) => ({ rules: faults() })],
  ['POST', /^\/_portico\/faults$/, plantFaults],
  ['DELETE', /^\/_portico\/faults$/, ({ setFaults }) => (setFaults([]), { rules: [] })],
  ['POST', /^\/_portico\/instances$/, addInstances],
  ['DELETE', /^\/_portico\/instances\/[^/]+\/[^/]+$/, removeInstance],
];

/** `/_portico/…`: for tests by anyone; not counted as calls. */
export function adminAnswer(mock: Administered, request: GceRequest, url: URL): GceResponse {
  const found = resources.find(([method, path]) => method === request.method && path.test(url.pathname));
  if (found === undefined) {
    throw new ApiError(404, 'notFound', `No ${request.method} ${url.pathname} in the administration of this mock.`);
  }
  const answer = found[2](mock, request, url);
  const body = new TextEncoder().encode(JSON.stringify(answer));
  return { status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' }, body };
}
