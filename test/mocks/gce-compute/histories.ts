import fc from 'fast-check';
import { region, rule, service, zone } from './load-balancer.ts';

/** What happens to a cloud, in one project with one region and zone. */
export type Step =
  | { readonly type: 'call'; readonly method: string; readonly path: string; readonly body?: object }
  /** By the owner's hand, at once: while operations on its groups and pools are under way. */
  | { readonly type: 'lose-vm'; readonly name: string }
  | { readonly type: 'wait'; readonly ms: number };

/** Of operations, in milliseconds: a pause of it ends all that are under way. */
export const latency = 100;
/** Users come after what they use. */
export const collections = [
  `${region}/addresses`,
  `${region}/healthChecks`,
  'global/healthChecks',
  'global/httpHealthChecks',
  `${zone}/instanceGroups`,
  `${zone}/instances`,
  `${region}/backendServices`,
  `${region}/targetPools`,
  `${region}/forwardingRules`,
  'global/firewalls',
];

/** Few names, so that calls meet: in collisions, in references to what is there, on its way in or out, or absent. */
const name = fc.constantFrom('a', 'b');
const health = fc
  .tuple(fc.constantFrom(region, 'global'), name)
  .map(([scope, check]) => [`${scope}/healthChecks/${check}`]);
const backends = fc
  .uniqueArray(name, { maxLength: 2 })
  .map((names) => names.map((group) => ({ group: `${zone}/instanceGroups/${group}` })));
const members = fc
  .uniqueArray(name, { minLength: 1, maxLength: 2 })
  .map((names) => names.map((vm) => `${zone}/instances/${vm}`));
const named = (links: readonly string[]) => ({ instances: links.map((instance) => ({ instance })) });

const bodies: Readonly<Record<string, fc.Arbitrary<object>>> = {
  addresses: fc.constantFrom({}, { addressType: 'INTERNAL', subnetwork: `${region}/subnetworks/default` }),
  healthChecks: fc.constant({ type: 'TCP' }),
  httpHealthChecks: fc.constant({}),
  instanceGroups: fc.constant({}),
  instances: fc.constant({}),
  backendServices: fc
    .tuple(health, backends)
    .map(([healthChecks, groups]) => service({ healthChecks, backends: groups })),
  targetPools: fc
    .tuple(members, name)
    .map(([instances, check]) => ({ instances, healthChecks: [`global/httpHealthChecks/${check}`] })),
  forwardingRules: fc
    .tuple(name, fc.boolean(), fc.constantFrom({}, { IPAddress: `${region}/addresses/a` }))
    .map(([target, pool, address]) =>
      pool
        ? { IPProtocol: 'TCP', portRange: '80', target: `${region}/targetPools/${target}`, ...address }
        : rule({ backendService: `${region}/backendServices/${target}`, ...address }),
    ),
  firewalls: fc.constant({ allowed: [{ IPProtocol: 'tcp', ports: ['80'] }] }),
};

const post = (path: string, body: object): Step => ({ type: 'call', method: 'POST', path, body });
const insertion = fc
  .constantFrom(...collections)
  .chain((path) =>
    fc
      .tuple(name, bodies[path.split('/').pop() ?? ''] ?? fc.constant({}))
      .map(([given, body]) => post(path, { ...body, name: given })),
  );
const deletion = fc
  .tuple(fc.constantFrom(...collections), name)
  .map(([path, given]): Step => ({ type: 'call', method: 'DELETE', path: `${path}/${given}` }));
const change = fc.oneof(
  fc.tuple(name, health, backends).map(
    ([given, healthChecks, groups]): Step => ({
      type: 'call',
      method: 'PATCH',
      path: `${region}/backendServices/${given}`,
      body: { healthChecks, backends: groups },
    }),
  ),
  fc
    .tuple(name, fc.constantFrom('addInstances', 'removeInstances'), members)
    .map(([given, verb, links]) => post(`${zone}/instanceGroups/${given}/${verb}`, named(links))),
  fc
    .tuple(name, fc.constantFrom('addInstance', 'removeInstance'), members)
    .map(([given, verb, links]) => post(`${region}/targetPools/${given}/${verb}`, named(links))),
  fc
    .tuple(name, name)
    .map(([given, target]) =>
      post(`${region}/forwardingRules/${given}/setTarget`, { target: `${region}/targetPools/${target}` }),
    ),
);
const pause = fc.constantFrom(1, latency).map((ms): Step => ({ type: 'wait', ms }));
/** One of everything is there at first, and in use; and a spare one of what a change can turn to. */
const start: readonly Step[] = [
  post(`${region}/addresses`, { name: 'a' }),
  post(`${region}/healthChecks`, { name: 'a', type: 'TCP' }),
  post(`${region}/healthChecks`, { name: 'b', type: 'TCP' }),
  post('global/httpHealthChecks', { name: 'a' }),
  post(`${zone}/instances`, { name: 'a' }),
  post(`${zone}/instanceGroups`, { name: 'a' }),
  { type: 'wait', ms: latency },
  post(`${zone}/instanceGroups/a/addInstances`, named([`${zone}/instances/a`])),
  post(`${region}/backendServices`, {
    ...service({ healthChecks: [`${region}/healthChecks/a`], backends: [{ group: `${zone}/instanceGroups/a` }] }),
    name: 'a',
  }),
  post(`${region}/targetPools`, { name: 'a', healthChecks: ['global/httpHealthChecks/a'] }),
  { type: 'wait', ms: latency },
  post(`${region}/forwardingRules`, rule({ name: 'a', backendService: `${region}/backendServices/a` })),
  { type: 'wait', ms: latency },
];
/** A call, and at once the deletion of something that it names. */
const race = fc.oneof(insertion, change).chain((step) => {
  const paths = JSON.stringify(step).match(/(?:global|(?:regions|zones)\/[^/"]+)\/\w+\/[ab]\b/g) ?? [];
  if (paths.length === 0) return fc.constant([step]);
  return fc.constantFrom(...paths).map((path): readonly Step[] => [step, { type: 'call', method: 'DELETE', path }]);
});
const loss = name.map((vm): Step => ({ type: 'lose-vm', name: vm }));
const alone = (step: fc.Arbitrary<Step>) => step.map((only): readonly Step[] => [only]);
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: alone(insertion) },
    { weight: 3, arbitrary: alone(deletion) },
    { weight: 3, arbitrary: alone(change) },
    { weight: 3, arbitrary: race },
    { weight: 4, arbitrary: alone(pause) },
    { weight: 1, arbitrary: alone(loss) },
  ),
  { minLength: 20, maxLength: 100 },
);
export const history = steps.map((later) => [...start, ...later.flat()]);
