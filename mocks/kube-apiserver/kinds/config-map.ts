import { JsonSyntaxError, parseJson } from '../decode/json-text.ts';
import { at, type JsonObject, objectOf, sameJson, textOf } from '../json.ts';
import type { FieldError, KubeObject } from '../kind.ts';
import { configMapSchema, secretSchema, serviceAccountSchema } from '../schema/core.ts';
import { forbidden, invalidEach, invalidValue, required, tooLong } from '../validation/field-error.ts';
import { byteLength, dnsSubdomainName } from '../validation/names.ts';
import { strategyOf, withField } from './strategy.ts';

/** ConfigMaps, Secrets and ServiceAccounts. */

const maxBytes = 1_048_576;
const keyPattern = '[-._a-zA-Z0-9]+';
const keyMessage = `a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${keyPattern}')`;

function wrongKey(key: string): readonly string[] {
  return [
    ...(byteLength(key) > 253 ? ['must be no more than 253 bytes'] : []),
    ...(new RegExp(`^${keyPattern}$`).test(key) ? [] : [keyMessage]),
    ...(key === '.' || key === '..'
      ? [`must not be '${key}'`]
      : key.startsWith('..')
        ? ["must not start with '..'"]
        : []),
  ];
}

function decodedBytes(data: JsonObject): number {
  return Object.values(data).reduce<number>((sum, value) => sum + Buffer.from(textOf(value), 'base64').length, 0);
}

function wrongConfigMap(config: KubeObject): readonly FieldError[] {
  const data = objectOf(config['data']);
  const binary = objectOf(config['binaryData']);
  const text = Object.values(data).reduce<number>((sum, value) => sum + byteLength(textOf(value)), 0);
  return [
    ...Object.keys(data).flatMap((key) => [
      ...invalidEach(`data[${key}]`, key, wrongKey(key)),
      ...(Object.hasOwn(binary, key)
        ? [invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')]
        : []),
    ]),
    ...Object.keys(binary).flatMap((key) => invalidEach(`binaryData[${key}]`, key, wrongKey(key))),
    ...(text + decodedBytes(binary) > maxBytes ? [tooLong('[]', maxBytes)] : []),
  ];
}

/** What was marked immutable stays as it is, the mark itself too. */
function frozen(object: KubeObject, old: KubeObject, keys: readonly string[]): readonly FieldError[] {
  if (old['immutable'] !== true) return [];
  const changes = keys.filter((key) => !sameJson(object[key], old[key]));
  return [...(object['immutable'] === true ? [] : ['immutable']), ...changes].map((key) =>
    forbidden(key, 'field is immutable when `immutable` is set'),
  );
}

export const configMapStrategy = strategyOf({
  schema: configMapSchema,
  namespaced: true,
  name: dnsSubdomainName,
  validate: wrongConfigMap,
  validateChange: (config, old) => frozen(config, old, ['data', 'binaryData']),
});

export const secretStrategy = strategyOf({
  schema: secretSchema,
  namespaced: true,
  name: dnsSubdomainName,
  defaults: (secret) => withField(withText(secret), 'type', textOf(secret['type']) || 'Opaque'),
  validate: wrongSecret,
  validateChange: (secret, old) => [
    ...(secret['type'] === old['type'] ? [] : [invalidValue('type', secret['type'], 'field is immutable')]),
    ...frozen(secret, old, ['data']),
  ],
});

/** `stringData` is only a way of writing: it becomes part of `data`. */
function withText(secret: KubeObject): KubeObject {
  const text = objectOf(secret['stringData']);
  if (Object.keys(text).length === 0) return secret;
  const encoded = Object.fromEntries(
    Object.entries(text).map(([key, value]) => [key, Buffer.from(textOf(value)).toString('base64')]),
  );
  const data = { ...objectOf(secret['data']), ...encoded };
  return withField(withField(secret, 'stringData', undefined), 'data', data);
}

const accountName = 'kubernetes.io/service-account.name';

function wrongSecret(secret: KubeObject): readonly FieldError[] {
  const data = objectOf(secret['data']);
  return [
    ...Object.keys(data).flatMap((key) => invalidEach(`data[${key}]`, key, wrongKey(key))),
    ...(decodedBytes(data) > maxBytes ? [tooLong('data', maxBytes)] : []),
    ...wrongForType(secret, data),
  ];
}

/** What a type of Secret must hold. */
function wrongForType(secret: KubeObject, data: JsonObject): readonly FieldError[] {
  const missing = (...keys: readonly string[]): readonly FieldError[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
  switch (textOf(secret['type'])) {
    case 'kubernetes.io/service-account-token': {
      const account = textOf(at(secret.metadata, 'annotations', accountName));
      return account === '' ? [required(`metadata.annotations[${accountName}]`)] : [];
    }
    case 'kubernetes.io/dockercfg':
      return wrongDockerConfig(data, '.dockercfg');
    case 'kubernetes.io/dockerconfigjson':
      return wrongDockerConfig(data, '.dockerconfigjson');
    case 'kubernetes.io/basic-auth': {
      const lacking = missing('username', 'password');
      return lacking.length === 2 ? lacking : [];
    }
    case 'kubernetes.io/ssh-auth':
      return textOf(data['ssh-privatekey']) === '' ? [required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return missing('tls.crt', 'tls.key');
    default:
      return [];
  }
}

function wrongDockerConfig(data: JsonObject, key: string): readonly FieldError[] {
  if (!Object.hasOwn(data, key)) return [required(`data[${key}]`)];
  try {
    const { type } = parseJson(Buffer.from(textOf(data[key]), 'base64').toString());
    if (type === 'object' || type === 'null') return [];
    const why = `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    return [invalidValue(`data[${key}]`, redacted, why)];
  } catch (error) {
    if (error instanceof JsonSyntaxError) return [invalidValue(`data[${key}]`, redacted, error.message)];
    throw error;
  }
}

const redacted = '<secret contents redacted>';

export const serviceAccountStrategy = strategyOf({
  schema: serviceAccountSchema,
  namespaced: true,
  name: dnsSubdomainName,
});
