import { readFile } from 'node:fs/promises';
import { request } from 'undici';
import { stoppedBy } from '../../src/errors.ts';
import { textWithin } from '../../src/text-within.ts';
import { lastSegment } from './paths.ts';

/** What the metadata server of a machine on Google Cloud says about where it is; of its subnetwork it says nothing. */
export interface GceSurroundings {
  readonly project: string;
  readonly zone: string;
  readonly region: string;
  readonly network: string;
  /** Whether the network belongs to another project, as that of a shared VPC does. */
  readonly sharedNetwork: boolean;
  /** Network tags of the machine, sorted. */
  readonly tags: readonly string[];
}

/** The address is fixed; a name would need DNS. https://cloud.google.com/compute/docs/metadata/querying-metadata */
const usualHost = '169.254.169.254';
const patienceMs = 1500;
/** In bytes. */
const longestAnswer = 2 ** 20;
/** How a machine tells its make without asking anybody. */
const makeFile = '/sys/class/dmi/id/product_name';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the metadata server is, by the variables of Google's own tools: GCE_METADATA_HOST names it, and
 * METADATA_SERVER_DETECTION=none says that there is none. Without them only a machine that Google made is believed to
 * have one, so that nobody else waits for an answer that never comes.
 */
export async function metadataHost(env: Environment, make = makeFile): Promise<string | undefined> {
  if (env['METADATA_SERVER_DETECTION'] === 'none') return undefined;
  const given = env['GCE_METADATA_HOST'] || env['GCE_METADATA_IP'];
  if (given) return given;
  const product = await readFile(make, 'utf8').catch(() => '');
  return product.startsWith('Google') ? usualHost : undefined;
}

/**
 * Where this process runs, or undefined when nobody answers at `host`, or somebody who is not the metadata server.
 * Rejects with `aborted`.
 */
export async function gceSurroundings(signal: AbortSignal, host: string): Promise<GceSurroundings | undefined> {
  const ask = async (path: string): Promise<string | undefined> => {
    const answer = await request(`http://${host}/computeMetadata/v1/${path}`, {
      headers: { 'metadata-flavor': 'Google' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const body = await textWithin(answer.body, longestAnswer, 'The answer of the metadata server');
    // The flavor tells the real one from a captive portal or a router's page.
    return answer.statusCode === 200 && answer.headers['metadata-flavor'] === 'Google' ? body.trim() : undefined;
  };
  try {
    const [project, number, zonePath, network, tags] = await Promise.all([
      ask('project/project-id'),
      ask('project/numeric-project-id'),
      ask('instance/zone'),
      ask('instance/network-interfaces/0/network'),
      ask('instance/tags'),
    ]);
    if (!project || !zonePath || !network) return undefined;
    const zone = lastSegment(zonePath);
    return {
      project,
      zone,
      region: zone.replace(/-[a-z]$/, ''),
      network: lastSegment(network),
      // `projects/NUMBER/networks/NAME`
      sharedNetwork: number !== undefined && network.split('/')[1] !== number,
      tags: tagsIn(tags),
    };
  } catch (error) {
    if (signal.aborted) throw stoppedBy(signal);
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function tagsIn(text: string | undefined): readonly string[] {
  const parsed: unknown = JSON.parse(text || '[]');
  return Array.isArray(parsed) ? parsed.filter((tag) => typeof tag === 'string').toSorted() : [];
}
