import { asPorticoError } from '../../src/errors.ts';
import { type Body, collections } from './compute/calls.ts';
import { type Compute, itemsOf } from './compute/compute.ts';
import { list, record, text } from './compute/fields.ts';
import type { GceConfig } from './config.ts';
import { type Held, heldFrom } from './inventory.ts';
import { type KindName, kindNames, kindOf } from './kinds/kinds.ts';
import { lastSegment, pathOfUrl, projectOf } from './paths.ts';
import { waitOut } from './running.ts';

export interface Listed {
  readonly held: readonly Held[];
  /** Zones of the region: an aggregated list names every one, also those where it found nothing. */
  readonly zones: ReadonlySet<string>;
}

/** Everything that is of interest, kind by kind: one call a page, whatever the number of Services. */
export async function listAll(config: GceConfig, compute: Compute, signal: AbortSignal): Promise<Listed> {
  await waitOut(config, compute, signal);
  const relevant = kindNames.filter((kind) => isUsed(config, kind));
  const lists = await Promise.all(relevant.map((kind) => listKind(config, compute, kind, signal)));
  return {
    held: lists.flatMap(({ held }) => held),
    zones: new Set(lists.flatMap(({ zones }) => [...zones])),
  };
}

function isUsed({ backends }: GceConfig, kind: KindName): boolean {
  // Groups of the other sort may be left from before a change of settings.
  return kind !== 'endpoint-group' || backends.kind === 'endpoint-groups';
}

async function listKind(config: GceConfig, compute: Compute, kind: KindName, signal: AbortSignal): Promise<Listed> {
  const { collection } = kindOf(kind);
  const { scope } = collections[collection];
  const project = projectOf(config, collection);
  if (scope === 'zone') {
    const pages = await compute.list({ collection, verb: 'aggregatedList', project }, signal);
    const bodies = pages.flatMap((page) => inRegion(config, record(page, 'items'), collections[collection].segment));
    const ours = bodies.map((body) => heldFrom(config, kind, body)).filter((held) => isOfInterest(config, held));
    const held = await Promise.all(ours.map(async (each) => (each.mark ? withMembers(compute, each, signal) : each)));
    const scopes = pages.flatMap((page) => Object.keys(record(page, 'items')));
    const zones = scopes.filter((name) => name.startsWith(`zones/${config.region}-`)).map(lastSegment);
    return { held, zones: new Set(zones) };
  }
  const location = scope === 'region' ? { location: config.region } : {};
  try {
    const pages = await compute.list({ collection, verb: 'list', project, ...location }, signal);
    const held = itemsOf(pages).map((body) => heldFrom(config, kind, body));
    return { held: held.filter((each) => isOfInterest(config, each)), zones: noZones };
  } catch (thrown) {
    const error = asPorticoError(thrown);
    // Shared VPC: who may not read the host project's rules has an administrator who keeps them.
    if (error.code === 'denied' && project !== config.project) return { held: [], zones: noZones };
    throw error;
  }
}

const noZones: ReadonlySet<string> = new Set();

/** Marked ones, all addresses (a Service may ask for any), and what could stand in the way of our names. */
const isOfInterest = (config: GceConfig, held: Held): boolean =>
  held.mark !== undefined || held.kind === 'address' || held.id.startsWith(`${held.kind}/${config.namePrefix}-`);

/** The resources of the region's zones in an aggregated list: `{ 'zones/z': { instanceGroups: [...] } }`. */
const inRegion = (config: GceConfig, scopes: Body, segment: string): Body[] =>
  Object.keys(scopes)
    .filter((scope) => scope.startsWith(`zones/${config.region}-`))
    .flatMap((scope) =>
      list(record(scopes, scope), segment).map((body) => ({
        ...body,
        zone: text(body, 'zone') ?? `projects/${config.project}/${scope}`,
      })),
    );

/** A group with the machines in it, which the API tells apart from the group. */
export async function withMembers(compute: Compute, held: Held, signal: AbortSignal): Promise<Held> {
  const [, project = '', , location = '', , name = ''] = held.path.split('/');
  const at = { project, location, name };
  if (held.kind === 'instance-group') {
    const pages = await compute.list(
      { collection: 'instanceGroups', verb: 'listInstances', ...at, body: { instanceState: 'ALL' } },
      signal,
    );
    const members = itemsOf(pages).flatMap((item) => nameIn(text(item, 'instance')));
    return { ...held, body: { ...held.body, members } };
  }
  if (held.kind === 'endpoint-group') {
    const call = {
      collection: 'networkEndpointGroups',
      verb: 'listNetworkEndpoints',
      ...at,
      body: { healthStatus: 'SKIP' },
    } as const;
    const pages = await compute.list(call, signal);
    const members = itemsOf(pages).flatMap((item) => nameIn(text(record(item, 'networkEndpoint'), 'instance')));
    return { ...held, body: { ...held.body, members } };
  }
  return held;
}

const nameIn = (url: string | null): string[] => (url === null ? [] : [lastSegment(pathOfUrl(url) ?? url)]);
