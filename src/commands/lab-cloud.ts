import { PorticoError } from '../errors.ts';
import { envOf } from '../settings.ts';
import { kubeconfigIn, labSettings, settingsFile } from './lab-place.ts';

/** The Compute API of a lab that runs, found by what its gcloud.env exports. */
export interface LabCloud {
  /** What is listed below the project: `global/firewalls`, or, with `{region}` in it, below the lab's region. */
  names(collection: string): Promise<readonly string[]>;
  /** A change below the project; resolves when its operation is over. */
  change(method: 'POST' | 'DELETE', path: string, body?: object): Promise<void>;
}

interface Operation {
  readonly selfLink: string;
  readonly status: string;
}
interface List {
  readonly items?: readonly { readonly name: string }[];
}

/** Throws `invalid` when the environment is not that of a lab, and when the cloud refuses. */
export function labCloud(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): LabCloud {
  const [endpoint, project, region] = (['gceApiEndpoint', 'gceProject', 'gceRegion'] as const).map(
    (name) => env[envOf(name)],
  );
  if (endpoint === undefined || project === undefined) {
    const what = `${envOf('gceApiEndpoint')} is not set: \`source ${labSettings(kubeconfigIn({ env })) ?? settingsFile}\`, as the lab printed it.`;
    throw new PorticoError('invalid', what, { object: 'the cloud of the lab' });
  }
  const root = `/compute/v1/projects/${project}`;

  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(endpoint + path, {
      method,
      signal,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (answer.ok) return (await answer.json()) as T;
    const text = `The cloud of the lab refuses ${method} ${path}: ${await answer.text()}`;
    throw new PorticoError('invalid', text, { object: path });
  }

  return {
    async names(collection) {
      const { items = [] } = await call<List>('GET', `${root}/${collection.replace('{region}', `regions/${region}`)}`);
      return items.map(({ name }) => name);
    },
    async change(method, path, body) {
      let operation = await call<Operation>(method, `${root}/${path}`, body);
      // One wait lasts for two minutes at most. https://cloud.google.com/compute/docs/reference/rest/v1/zoneOperations/wait
      while (operation.status !== 'DONE') {
        operation = await call('POST', `${new URL(operation.selfLink).pathname}/wait`);
      }
    },
  };
}
