import { request } from 'undici';
import { lastSegment } from './paths.ts';

/** What the metadata server of a machine on Google Cloud says about where it is. */
export interface GceSurroundings {
  readonly project: string;
  readonly region: string;
  readonly network: string;
}

/** The address is fixed; a name would need DNS. https://cloud.google.com/compute/docs/metadata/querying-metadata */
const usualHost = '169.254.169.254';
const patienceMs = 1500;

/**
 * Where this process runs, or undefined when it is not on Google Cloud: then nobody answers, or somebody who is not the
 * metadata server. `host` is what GCE_METADATA_HOST says, as for Google's own tools.
 */
export async function gceSurroundings(
  signal: AbortSignal,
  host: string = usualHost,
): Promise<GceSurroundings | undefined> {
  const ask = async (path: string): Promise<string | undefined> => {
    const answer = await request(`http://${host}/computeMetadata/v1/${path}`, {
      headers: { 'metadata-flavor': 'Google' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const body = await answer.body.text();
    // The flavor tells the real one from a captive portal or a router's page.
    return answer.statusCode === 200 && answer.headers['metadata-flavor'] === 'Google' ? body.trim() : undefined;
  };
  try {
    const [project, zone, network] = await Promise.all([
      ask('project/project-id'),
      ask('instance/zone'),
      ask('instance/network-interfaces/0/network'),
    ]);
    if (!project || !zone || !network) return undefined;
    return { project, region: lastSegment(zone).replace(/-[a-z]$/, ''), network: lastSegment(network) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error) return undefined;
    throw error;
  }
}
