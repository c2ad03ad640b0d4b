import { apiVersionOf } from '../api-version.ts';
import { repeated } from './body.ts';
import { type BodyRequest, fieldValidation } from './request.ts';
import { readYaml } from './yaml.ts';
import { isObject, type JsonObject, textOf } from '../json.ts';
import { badRequest } from '../status.ts';

export interface Configuration {
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** The body of a server-side apply, unchanged: YAML or JSON of the path's kind. @throws {ApiError} 400 */
export function decodeApply(request: BodyRequest): Configuration {
  const { kind, body } = request;
  const read = readYaml(new TextDecoder().decode(body));
  if ('error' in read) throw badRequest(`error decoding YAML: ${read.error}`);
  const [strict] = repeated(read.duplicates);
  const validation = fieldValidation(request);
  if (strict !== undefined && validation === 'Strict') throw badRequest(`error strict decoding YAML: ${strict}`);
  const object = read.value ?? {};
  if (!isObject(object)) throw badRequest('error decoding YAML: json: cannot unmarshal into map[string]interface {}');
  const given = { version: textOf(object['apiVersion']), kind: textOf(object['kind']) };
  if (given.version !== apiVersionOf(kind) || given.kind !== kind.kind) {
    const version = given.version.includes('/') ? given.version : `/${given.version}`;
    throw badRequest(`invalid object type: ${version}, Kind=${given.kind}`);
  }
  return { object, warnings: validation === 'Warn' && strict !== undefined ? [strict] : [] };
}
