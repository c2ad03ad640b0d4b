import type { Cloud } from '../../../providers/mock/cloud.ts';
import type { CloudApi } from '../../../providers/mock/cloud-api.ts';
import { bodyOf, specOf } from '../../../providers/mock/body.ts';
import { PorticoError } from '../../../src/errors.ts';
import type { Graph, Resource } from '../../../src/graph/resource.ts';
import { formatMark } from '../../../src/model/owner.ts';
import { nothingSticky, type Observation, type Provider } from '../../../src/provider.ts';

/** A way in which adapters go wrong, planted in the mock provider, and the laws that must notice. */
export interface Defect {
  readonly title: string;
  readonly plant: (provider: Provider, cloud: Cloud, api: CloudApi) => Provider;
  readonly caughtBy: readonly string[];
}

const seen =
  (change: (observation: Observation, cloud: Cloud) => Observation): Defect['plant'] =>
  (provider, cloud) => ({
    ...provider,
    observe: async (owner, wanted, signal) => change(await provider.observe(owner, wanted, signal), cloud),
  });

const mapGraph = (graph: Graph, change: (resource: Resource) => Resource): Graph =>
  new Map([...graph].map(([id, resource]) => [id, change(resource)]));

const withSpec = (resource: Resource, fields: object): Resource => ({
  ...resource,
  spec: { ...resource.spec, ...fields },
});

const live = (): AbortSignal => new AbortController().signal;

export const defects: readonly Defect[] = [
  {
    title: 'deletes and changes without a look at the mark',
    plant: (provider, _cloud, api) => ({
      ...provider,
      execute: async (step, owner, signal) => {
        if (step.op === 'create') return provider.execute(step, owner, signal);
        const { id, spec } = step.resource;
        const body = bodyOf(spec);
        const fields = Object.fromEntries(step.changes.map(({ field }) => [field, body[field]]));
        const change = step.op === 'delete' ? api.remove(id, signal) : api.patch(id, fields, signal);
        await api.wait(await change, signal);
        return [];
      },
    }),
    caughtBy: ['a mark is looked at before every change: a stale plan does not touch what is not ours any more'],
  },
  {
    title: 'takes what sits under its name for its own',
    plant: seen((observation, cloud) => {
      const adopted = [...observation.foreign.keys()].flatMap((id) => {
        const record = cloud.records.get(id);
        return record ? [{ id, kind: record.kind, spec: specOf(record, () => false) }] : [];
      });
      const graph = new Map([...observation.graph, ...adopted.map((each) => [each.id, each] as const)]);
      return { ...observation, graph, foreign: new Map() };
    }),
    caughtBy: ['something foreign under our name is reported, is a conflict, and is left alone'],
  },
  {
    title: 'does not report what is foreign',
    plant: seen((observation) => ({ ...observation, foreign: new Map() })),
    caughtBy: ['something foreign under our name is reported, is a conflict, and is left alone'],
  },
  {
    title: 'forgets its address while no rule uses it',
    plant: seen((observation) => {
      const ruled = [...observation.graph.values()].some((resource) => resource.kind === 'forwarding-rule');
      return ruled ? observation : { ...observation, sticky: nothingSticky };
    }),
    caughtBy: [
      'a fault at any call while a balancer is changed is mended by the next pass',
      'the address stays through any change that keeps scheme and families, crashes on the way included',
      'whatever is deleted from outside is made again, at the same address while anything holds it',
    ],
  },
  {
    title: 'lets the cloud choose again each time',
    plant: (provider) => ({ ...provider, desired: (intent) => provider.desired(intent, nothingSticky) }),
    caughtBy: ['any wish is fulfilled in one pass, observed as it was desired, and then nothing is left to do'],
  },
  {
    title: 'gives its own address up when somebody asks for just that one',
    plant: (provider) => ({
      ...provider,
      desired: (intent, sticky) => provider.desired(intent, intent.address.kind === 'ip' ? nothingSticky : sticky),
    }),
    caughtBy: ['asking for the address that the balancer has changes nothing, and asking no more does not either'],
  },
  {
    title: 'cleans up a person’s static address with the rule on it',
    plant: (provider, cloud) => ({
      ...provider,
      execute: async (step, owner, signal) => {
        const notices = await provider.execute(step, owner, signal);
        if (step.op === 'delete' && step.resource.kind === 'forwarding-rule') cloud.lose('address/static-1');
        return notices;
      },
    }),
    caughtBy: ['a static address of a person’s is used when asked for, by value or by name, and never deleted'],
  },
  {
    title: 'writes on every look',
    plant: (provider, _cloud, api) => ({
      ...provider,
      observe: async (owner, wanted, signal) => {
        const observation = await provider.observe(owner, wanted, signal);
        for (const { id, kind, spec } of observation.graph.values()) {
          if (kind === 'health-check') await api.patch(id, { port: (spec as { port?: number }).port }, signal);
        }
        return observation;
      },
    }),
    caughtBy: ['nothing is written when nothing changed, after a restart and a fresh look either'],
  },
  {
    title: 'reads back a number as text',
    plant: seen((observation) => ({
      ...observation,
      graph: mapGraph(observation.graph, (resource) =>
        'port' in resource.spec ? withSpec(resource, { port: String(resource.spec.port) }) : resource,
      ),
    })),
    caughtBy: ['any wish is fulfilled in one pass, observed as it was desired, and then nothing is left to do'],
  },
  {
    title: 'passes the order of ports on',
    plant: (provider) => ({
      ...provider,
      desired: (intent, sticky) =>
        mapGraph(provider.desired(intent, sticky), (resource) =>
          'ports' in resource.spec
            ? withSpec(resource, { ports: intent.listeners.map(({ protocol, port }) => `${protocol}/${port}`) })
            : resource,
        ),
    }),
    caughtBy: ['desired ignores the order of its input, and does not change it'],
  },
  {
    title: 'sorts the list it was given',
    plant: (provider) => ({
      ...provider,
      desired: (intent, sticky) => {
        (intent.listeners as unknown as { port: number }[]).sort((a, b) => a.port - b.port);
        return provider.desired(intent, sticky);
      },
    }),
    caughtBy: ['desired ignores the order of its input, and does not change it'],
  },
  {
    title: 'ignores abort',
    plant: (provider) => ({
      ...provider,
      observe: (owner, wanted) => provider.observe(owner, wanted, live()),
      execute: (step, owner) => provider.execute(step, owner, live()),
    }),
    caughtBy: [
      'abort stops within one call, and the next pass mends what was left',
      'with an aborted signal nothing is called',
    ],
  },
  {
    title: 'names by namespace and name alone',
    plant: (provider) => ({
      ...provider,
      desired: (intent, sticky) => provider.desired({ ...intent, owner: { ...intent.owner, uid: '' } }, sticky),
    }),
    caughtBy: ['no two owners have an id in common', 'two owners never touch each other, however alike they are'],
  },
  {
    title: 'takes all Services of the cluster for one',
    plant: (provider) => ({
      ...provider,
      observe: async (owner, wanted, signal) => {
        const all = await provider.owners(owner.cluster, signal);
        const looks = await Promise.all(
          [owner, ...all.filter((each) => each.kind === 'service')].map((each) =>
            provider.observe(each, wanted, signal),
          ),
        );
        const [own = await provider.observe(owner, wanted, signal)] = looks;
        return { ...own, graph: new Map(looks.flatMap((look) => [...look.graph])) };
      },
    }),
    caughtBy: ['two owners never touch each other, however alike they are'],
  },
  {
    title: 'tells every failure as a defect of its own',
    plant: (provider) => ({
      ...provider,
      execute: (step, owner, signal) =>
        provider.execute(step, owner, signal).catch((cause: unknown) => {
          throw new PorticoError('internal', 'Something went wrong.', { cause });
        }),
    }),
    caughtBy: ['a call that fails as quota is an error of that code', 'a step whose resource is gone says so'],
  },
  {
    title: 'leaves the address behind',
    plant: (provider) => ({
      ...provider,
      observe: async (owner, wanted, signal) => {
        const ids = new Set(wanted);
        const observation = await provider.observe(owner, ids, signal);
        const graph = new Map([...observation.graph].filter(([id, { kind }]) => kind !== 'address' || ids.has(id)));
        return { ...observation, graph };
      },
    }),
    caughtBy: [
      'any wish becomes any other, and nothing of any of them is left in the end',
      'the empty graph removes all that is owned and nothing else',
    ],
  },
  {
    title: 'reports the address as soon as there is a rule',
    plant: seen((observation) => {
      const rules = [...observation.graph.values()].filter(({ kind }) => kind === 'forwarding-rule');
      return { ...observation, ingress: rules.map(() => ({ ip: observation.sticky.addresses[0]?.ip ?? '' })) };
    }),
    caughtBy: ['a fault at any call while a balancer is made is mended by the next pass'],
  },
  {
    title: 'fails when a creation is repeated',
    plant: (provider, _cloud, api) => ({
      ...provider,
      execute: async (step, owner, signal) => {
        if (step.op !== 'create') return provider.execute(step, owner, signal);
        const { id, spec } = step.resource;
        const mark = formatMark({ owner, role: id });
        await api.wait(await api.insert(id, bodyOf(spec), mark, signal), signal);
        return [];
      },
    }),
    caughtBy: ['every step can be repeated'],
  },
  {
    title: 'is content with whatever has the name that it was to create',
    plant: (provider) => ({
      ...provider,
      execute: (step, owner, signal) =>
        provider.execute(step, owner, signal).catch((error: unknown) => {
          if (error instanceof PorticoError && error.code === 'exists') return [];
          throw error;
        }),
    }),
    caughtBy: ['a creation is not done while something of ours that differs is in its place'],
  },
  {
    title: 'looks once and remembers for ever',
    plant: (provider) => {
      const remembered = new Map<string, Observation>();
      return {
        ...provider,
        observe: async (owner, wanted, signal) => {
          const key = JSON.stringify(owner);
          const observation = remembered.get(key) ?? (await provider.observe(owner, wanted, signal));
          if (observation.ingress.length > 0) remembered.set(key, observation);
          return observation;
        },
        execute: (step, owner, signal) => {
          remembered.delete(JSON.stringify(owner));
          return provider.execute(step, owner, signal);
        },
      };
    },
    caughtBy: ['whatever is edited from outside is set right', 'the loss of everything at once is mended'],
  },
  {
    title: 'drops the group of a zone whose last node left',
    plant: (provider) => ({
      ...provider,
      cluster: { ...provider.cluster, desired: (intent) => provider.cluster.desired(intent, nothingSticky) },
    }),
    caughtBy: ['the shared graph follows the nodes as they come, go and move, and Services keep their zones'],
  },
  {
    title: 'keeps the shared graph for a cluster without balancers',
    plant: (provider) => ({
      ...provider,
      cluster: {
        ...provider.cluster,
        desired: (intent, sticky) => provider.cluster.desired({ ...intent, active: true }, sticky),
      },
    }),
    caughtBy: ['a cluster without balancers shares nothing, and leaves nothing'],
  },
  {
    title: 'knows of no other cluster',
    plant: (provider) => ({
      ...provider,
      clusters: async (signal) =>
        (await provider.clusters?.(signal))?.filter((cluster) => cluster === 'conformance-east') ?? [],
    }),
    caughtBy: ['clusters tells which clusters have anything in the cloud, where the provider tells it'],
  },
  {
    title: 'lists owners of other clusters too',
    plant: (provider) => ({
      ...provider,
      owners: async (cluster, signal) => {
        const others = cluster === 'conformance-east' ? await provider.owners('conformance-west', signal) : [];
        return [...(await provider.owners(cluster, signal)), ...others];
      },
    }),
    caughtBy: ['owners tells who has anything in the cloud, from the cloud alone'],
  },
  {
    title: 'says that it cannot do what it does',
    plant: (provider) => ({ ...provider, capabilities: { ...provider.capabilities, families: ['ipv4'] } }),
    caughtBy: ['what the provider says it cannot do is refused as unsupported'],
  },
  {
    title: 'has no policy for one of its fields',
    plant: (provider) => ({
      ...provider,
      policies: { ...provider.policies, firewall: { fields: { sources: 'update' }, loses: 'none' } },
    }),
    caughtBy: ['every field of every spec has a policy, and every reference a target'],
  },
];
