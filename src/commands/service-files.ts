import { PorticoError } from '../errors.ts';
import { readService, type Service } from '../model/service.ts';
import { manifestFiles, readManifests } from './manifests.ts';

/** The Services in these files and folders; other objects are passed over. Throws `invalid` when there is none. */
export async function readServices(paths: readonly string[]): Promise<readonly Service[]> {
  const manifests = (await Promise.all((await manifestFiles(paths)).map(readManifests))).flat();
  const services = manifests.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service');
  if (services.length === 0) {
    throw new PorticoError('invalid', `There is no Service in ${paths.join(', ')}.`, { object: paths.join(', ') });
  }
  return services.map(readService);
}
