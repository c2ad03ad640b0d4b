import { PorticoError } from '../../src/errors.ts';
import type { Step } from '../../src/graph/plan.ts';
import { formatMark, type Owner } from '../../src/model/owner.ts';
import { bodyOf, fulfils } from './body.ts';
import type { CloudRecord } from './cloud.ts';
import type { CloudApi } from './cloud-api.ts';
import { isOwnedBy } from './observe.ts';

/** Does one step and waits until it is done. Whatever is there is changed or deleted only after a look at its mark. */
export async function execute(api: CloudApi, step: Step, owner: Owner, signal: AbortSignal): Promise<void> {
  const operation = await submit(api, step, owner, signal);
  if (operation !== null) await api.wait(operation, signal);
}

/** Gives the operation to wait for; null when there is nothing left to do. */
async function submit(api: CloudApi, step: Step, owner: Owner, signal: AbortSignal): Promise<string | null> {
  if (step.op === 'create') return create(api, step, owner, signal);
  const { id, spec } = step.resource;
  const record = await owned(api, step, owner, signal);
  if (step.op === 'delete') return record ? api.remove(id, signal) : null;
  if (!record) throw new PorticoError('not-found', `${id} is gone.`, { object: id });
  const body = bodyOf(spec);
  const fields = step.changes.map(({ field }) => [field, body[field]] as const);
  return api.patch(id, Object.fromEntries(fields), signal);
}

/** An earlier try may have made it, its answer lost: then it is there, marked as ours, and as wanted. */
async function create(api: CloudApi, step: Step, owner: Owner, signal: AbortSignal): Promise<string | null> {
  const { id, spec } = step.resource;
  const body = bodyOf(spec);
  try {
    return await api.insert(id, body, formatMark({ owner, role: id }), signal);
  } catch (error) {
    if (!(error instanceof PorticoError) || error.code !== 'exists') throw error;
    const record = await owned(api, step, owner, signal);
    if (!record || !fulfils(record, body)) throw error;
    return record.operation;
  }
}

/** The record that a step is about; undefined when it is gone, `conflict` when it is not the owner's. */
async function owned(
  api: CloudApi,
  { resource: { id } }: Step,
  owner: Owner,
  signal: AbortSignal,
): Promise<CloudRecord | undefined> {
  const record = await api.get(id, signal);
  if (record && !isOwnedBy(record, owner)) {
    const message = `${id} is there, but not ours. Delete or rename it, or let it be and delete the Service.`;
    throw new PorticoError('conflict', message, { object: id });
  }
  return record;
}
