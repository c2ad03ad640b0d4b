import { asPorticoError } from '../../src/errors.ts';
import type { Body } from './compute/calls.ts';
import type { Compute } from './compute/compute.ts';
import { list, record, text } from './compute/fields.ts';
import type { GceConfig } from './config.ts';
import { lastSegment } from './paths.ts';

/**
 * Waits until no operation runs on anything of ours. An earlier process, or a call whose answer was lost, may have left
 * some running: read now, the cloud would show neither the old state nor the new one, and refuse changes of both.
 */
export async function waitOut(config: GceConfig, compute: Compute, signal: AbortSignal): Promise<void> {
  const projects = [...new Set([config.project, config.networkProject])];
  await Promise.all(projects.map((project) => waitOutIn(config, compute, project, signal)));
}

async function waitOutIn(config: GceConfig, compute: Compute, project: string, signal: AbortSignal): Promise<void> {
  const query = { filter: 'status != DONE' };
  const pages = await compute
    .list({ collection: 'globalOperations', verb: 'aggregatedList', project, query }, signal)
    .catch((thrown: unknown) => {
      // Who may not see operations runs into a refusal now and then, and tries again.
      if (asPorticoError(thrown).code === 'denied' && project !== config.project) return [];
      throw thrown;
    });
  const running = pages
    .map((page) => record(page, 'items'))
    .flatMap((scopes) => Object.keys(scopes).flatMap((scope) => list(record(scopes, scope), 'operations')))
    .filter((operation) => text(operation, 'status') !== 'DONE' && isOurs(config, operation));
  await Promise.all(running.map((operation) => compute.finish(project, operation, signal)));
}

const isOurs = (config: GceConfig, operation: Body): boolean =>
  lastSegment(text(operation, 'targetLink') ?? '').startsWith(`${config.namePrefix}-`);
