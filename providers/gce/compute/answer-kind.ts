import { PorticoError } from '../../../src/errors.ts';
import { type ApiCall, type Body, type CollectionName, objectOf, type VerbName, verbs } from './calls.ts';
import { isBody, text } from './fields.ts';

/** What the API calls one resource of a collection, as in `compute#forwardingRule`. */
const names: Readonly<Record<CollectionName, string>> = {
  addresses: 'address',
  forwardingRules: 'forwardingRule',
  regionBackendServices: 'backendService',
  regionHealthChecks: 'healthCheck',
  firewalls: 'firewall',
  instanceGroups: 'instanceGroup',
  networkEndpointGroups: 'networkEndpointGroup',
  instances: 'instance',
  regionOperations: 'operation',
  zoneOperations: 'operation',
  globalOperations: 'operation',
};

/** Of verbs whose answer is neither a resource nor a list of them. */
const ofVerbs: Readonly<Partial<Record<VerbName, string>>> = {
  listInstances: 'instanceGroupsListInstances',
  listNetworkEndpoints: 'networkEndpointGroupsListNetworkEndpoints',
  getHealth: 'backendServiceGroupHealth',
};
const suffixes: Readonly<Partial<Record<VerbName, string>>> = { list: 'List', aggregatedList: 'AggregatedList' };

/** What the answer to a call says it is. https://cloud.google.com/compute/docs/reference/rest/v1 */
function kindOfAnswer({ collection, verb }: ApiCall): string {
  if (verbs[verb].effect === 'submit') return 'compute#operation';
  return `compute#${ofVerbs[verb] ?? names[collection] + (suffixes[verb] ?? '')}`;
}

/**
 * The answer, when it is what was asked for. An empty list has no `items`, so a bare `{}` from whatever stands between
 * would say that nothing exists, and what is there would be made again.
 */
export function checkedAnswer(call: ApiCall, answer: Body): Body {
  const wanted = kindOfAnswer(call);
  const found = text(answer, 'kind');
  if (found !== wanted) throw unreadable(call, `it is ${found ?? 'nothing'}, not a ${wanted}`);
  if (wanted === 'compute#operation' && text(answer, 'name') === null)
    throw unreadable(call, 'the operation has no name');
  const one = call.verb === 'get' || call.verb === 'wait';
  if (one && text(answer, 'name') !== call.name) throw unreadable(call, 'it is about another one');
  if (verbs[call.verb].effect !== 'list') return answer;
  const { items, nextPageToken = '' } = answer;
  const isWhole = call.verb === 'aggregatedList' ? isBody : Array.isArray;
  if (items !== undefined && !isWhole(items)) throw unreadable(call, 'its items are not a list of resources');
  if (typeof nextPageToken !== 'string') throw unreadable(call, 'its nextPageToken is no text');
  return answer;
}

export const unreadable = (call: ApiCall, why: string, cause?: unknown): PorticoError =>
  new PorticoError(
    'transient',
    `${objectOf(call)}: the answer to ${call.verb} cannot be used: ${why}. If this stays, look at what stands between Portico and the Compute API.`,
    { object: objectOf(call), cause },
  );
