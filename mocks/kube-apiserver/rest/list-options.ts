import type { Call } from '../cluster.ts';
import type { FieldError } from '../kind.ts';
import { fieldSelector } from '../select/field-selector.ts';
import { labelSelector, type Matches } from '../select/label-selector.ts';
import { ApiError, badRequest, invalid } from '../status.ts';

const listOptions = { group: 'meta.k8s.io', version: 'v1', kind: 'ListOptions', plural: 'listoptions' };

export interface ListOptions {
  readonly matches: Matches;
  /** Whether a selector narrows the list; then no remainingItemCount is told. */
  readonly selective: boolean;
  readonly limit: number;
  readonly continueToken: string;
  /** Empty when the caller gave none. */
  readonly resourceVersion: string;
  readonly match: '' | 'Exact' | 'NotOlderThan';
  readonly timeoutSeconds: number | undefined;
  readonly watch: boolean;
  readonly bookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

export function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) throw badRequest(`strconv.ParseInt: parsing "${text}": value out of range`);
  return Number(text);
}

/** As the real server reads booleans of a query: anything but these, in any case, is true. */
export function parseFlag(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  return text.toLowerCase() !== 'false' && text !== '0';
}

function parseVersion(text: string): string {
  if (text === '' || /^\d+$/.test(text)) return text;
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
  );
}

/** Outside of lists a resourceVersion that is no number is an error of the server, without a reason. */
export function checkVersionText(text: string): void {
  if (text === '' || /^\d+$/.test(text)) return;
  const why = `strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw new ApiError(500, '', `resourceVersion: Invalid value: "${text}": ${why}`);
}

/** Reads and checks the query of a list or watch, in the order in which the real server complains. */
export function parseListOptions(call: Call, watch: boolean): ListOptions {
  const { query, kind } = call;
  const label = query.get('labelSelector') ?? '';
  const field = query.get('fieldSelector') ?? '';
  const limit = parseInteger(query.get('limit') || '0');
  const timeout = query.get('timeoutSeconds');
  const timeoutSeconds = timeout ? parseInteger(timeout) : undefined;
  const byLabel = labelSelector(label);
  const byField = fieldSelector(kind, field);
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitialEvents = parseFlag(query.get('sendInitialEvents'));
  const resourceVersion = query.get('resourceVersion') ?? '';
  const continueToken = query.get('continue') ?? '';
  const options = {
    matches: (object: Parameters<Matches>[0]) => byLabel(object) && byField(object),
    selective: label !== '' || field !== '',
    limit,
    continueToken,
    resourceVersion,
    timeoutSeconds,
    watch,
    bookmarks: parseFlag(query.get('allowWatchBookmarks')) ?? false,
    sendInitialEvents,
  };
  const errors = optionErrors({ ...options, match });
  if (errors.length > 0) throw invalid(listOptions, '', errors);
  if (watch) checkVersionText(resourceVersion);
  else parseVersion(resourceVersion);
  return { ...options, match: match === 'Exact' || match === 'NotOlderThan' ? match : '' };
}

function forbiddenOption(field: string, why: string): FieldError {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

function optionErrors(options: Omit<ListOptions, 'match'> & { readonly match: string }): FieldError[] {
  return options.watch ? watchErrors(options) : listErrors(options);
}

function unknownMatch(match: string, supported: readonly string[]): FieldError {
  const values = supported.map((value) => `"${value}"`).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: "${match}": supported values: ${values}`,
    field: 'resourceVersionMatch',
  };
}

function listErrors(options: Omit<ListOptions, 'match'> & { readonly match: string }): FieldError[] {
  const { match, resourceVersion, continueToken, sendInitialEvents } = options;
  const streaming =
    sendInitialEvents === undefined
      ? []
      : [forbiddenOption('sendInitialEvents', 'sendInitialEvents is forbidden for list')];
  if (match === '') return streaming;
  const errors: FieldError[] = [];
  if (resourceVersion === '') {
    errors.push(
      forbiddenOption('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    );
  }
  if (continueToken !== '') {
    errors.push(forbiddenOption('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') errors.push(unknownMatch(match, ['Exact', 'NotOlderThan', '']));
  if (match === 'Exact' && resourceVersion === '0') {
    errors.push(
      forbiddenOption('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    );
  }
  return [...errors, ...streaming];
}

function watchErrors(options: Omit<ListOptions, 'match'> & { readonly match: string }): FieldError[] {
  const { match, sendInitialEvents } = options;
  const errors: FieldError[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.push(
      forbiddenOption(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    );
  }
  if (match !== '' && sendInitialEvents === undefined) {
    errors.push(
      forbiddenOption(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    );
  }
  if (match !== '' && match !== 'NotOlderThan') errors.push(unknownMatch(match, ['NotOlderThan']));
  if (sendInitialEvents !== undefined && options.continueToken !== '') {
    errors.push(forbiddenOption('continue', 'continue is forbidden for watch'));
  }
  return errors;
}
