import type { Call } from '../cluster.ts';
import { decodeOptions } from '../decode/body.ts';
import { at, textOf } from '../json.ts';
import type { FieldError } from '../kind.ts';
import { invalid } from '../status.ts';
import { parseFlag, parseInteger } from './list-options.ts';
import { wrongDryRun } from './write-options.ts';

export interface DeleteOptions {
  readonly propagation: '' | 'Background' | 'Foreground' | 'Orphan';
  readonly graceSeconds: number | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly dryRun: boolean;
}

const named = { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions', plural: 'deleteoptions' };

/** Options of a DELETE: from the body when there is one, else from the query. */
export function parseDeleteOptions(call: Call): DeleteOptions {
  const { query } = call;
  const body = call.body.length > 0 ? decodeOptions(call) : undefined;
  const text = (key: string): string => (body ? textOf(body[key]) : (query.get(key) ?? ''));
  const grace = body ? body['gracePeriodSeconds'] : query.get('gracePeriodSeconds');
  const orphan = body ? body['orphanDependents'] : parseFlag(query.get('orphanDependents'));
  const propagation = text('propagationPolicy');
  const errors: FieldError[] = [];
  if (propagation !== '' && orphan !== undefined && orphan !== null) {
    errors.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: "${propagation}": orphanDependents and deletionPropagation cannot be both set`,
      field: 'propagationPolicy',
    });
  }
  if (!['', 'Background', 'Foreground', 'Orphan'].includes(propagation)) {
    errors.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: "${propagation}": supported values: "Foreground", "Background", "Orphan", "nil"`,
      field: 'propagationPolicy',
    });
  }
  const dryRun = body && body['dryRun'] !== undefined ? body['dryRun'] : query.getAll('dryRun');
  errors.push(...wrongDryRun(Array.isArray(dryRun) ? dryRun.map(textOf) : []));
  if (errors.length > 0) throw invalid(named, '', errors);
  return {
    propagation:
      propagation === 'Background' || propagation === 'Foreground' || propagation === 'Orphan'
        ? propagation
        : orphan === true
          ? 'Orphan'
          : '',
    graceSeconds:
      typeof grace === 'number' ? grace : typeof grace === 'string' && grace !== '' ? parseInteger(grace) : undefined,
    uid: textOf(at(body, 'preconditions', 'uid')),
    resourceVersion: textOf(at(body, 'preconditions', 'resourceVersion')),
    dryRun: Array.isArray(dryRun) && dryRun.includes('All'),
  };
}
