import { PorticoError } from '../errors.ts';
import { readService, type Service } from '../model/service.ts';
import { isService, kindFindings, manifestFiles, readManifests, titleOf } from './manifests.ts';

/** The Services in these files and folders; other objects are passed over. Throws `invalid` when there is none. */
export async function readServices(paths: readonly string[]): Promise<readonly Service[]> {
  const manifests = (await Promise.all((await manifestFiles(paths)).map(readManifests))).flat();
  const services = manifests.filter(isService);
  if (services.length === 0) {
    const what = paths.map(titleOf).join(', ');
    const hint = manifests.some((manifest) => kindFindings(manifest).length > 0)
      ? ' `portico lint` tells what is misspelt.'
      : '';
    throw new PorticoError('invalid', `There is no Service in ${what}.${hint}`, { object: what });
  }
  return services.map(readService);
}
