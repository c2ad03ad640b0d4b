import { isArray, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { writeBytes, writeVarint } from '../protobuf/wire.ts';

/**
 * OpenAPI 2 as protobuf, which Go's discovery client asks for: the messages of gnostic, with the numbers of their fields.
 * https://github.com/google/gnostic-models/blob/main/openapiv2/OpenAPIv2.proto
 */
export function swaggerProtobuf(document: JsonObject): Uint8Array {
  const info = objectOf(document['info']);
  return message(
    text(1, document['swagger']),
    part(2, message(text(1, info['title']), text(2, info['version']))),
    part(8, message(...named(2, document['paths'], pathItem))),
    part(9, message(...named(1, document['definitions'], schemaOf))),
  );
}

type Bytes = Uint8Array;

const message = (...parts: readonly Bytes[]): Bytes => Buffer.concat(parts);
const nothing = new Uint8Array();
const part = (number: number, bytes: Bytes): Bytes => writeBytes(number, bytes);
const flag = (number: number, value: Json | undefined): Bytes => (value === true ? writeVarint(number, 1n) : nothing);
const text = (number: number, value: Json | undefined): Bytes =>
  textOf(value) === '' ? nothing : writeBytes(number, Buffer.from(textOf(value)));
const texts = (number: number, values: Json | undefined): Bytes =>
  message(...listOf(values).map((value) => text(number, value)));

/** Pairs of a name and what it names, as a repeated field. */
function named(number: number, values: Json | undefined, write: (value: JsonObject) => Bytes): Bytes[] {
  return Object.entries(objectOf(values)).map(([name, value]) =>
    part(number, message(text(1, name), part(2, write(objectOf(value))))),
  );
}

const methods: readonly (readonly [number, string])[] = [
  [2, 'get'],
  [3, 'put'],
  [4, 'post'],
  [5, 'delete'],
  [8, 'patch'],
];

function pathItem(item: JsonObject): Bytes {
  return message(
    ...methods.map(([number, method]) =>
      isObject(item[method]) ? part(number, operationOf(objectOf(item[method]))) : nothing,
    ),
  );
}

function operationOf(operation: JsonObject): Bytes {
  return message(
    texts(1, operation['tags']),
    texts(6, operation['produces']),
    texts(7, operation['consumes']),
    ...listOf(operation['parameters']).map((each) => part(8, part(1, parameterOf(objectOf(each))))),
    part(9, message(...named(1, operation['responses'], responseOf))),
    texts(10, operation['schemes']),
    ...extensions(13, operation),
  );
}

function parameterOf(parameter: JsonObject): Bytes {
  const { description, name, in: place, required, type } = parameter;
  if (place === 'body') {
    const body = message(text(1, description), text(2, name), text(3, place), flag(4, required));
    return part(1, message(body, part(5, schemaOf(objectOf(parameter['schema'])))));
  }
  const query = message(text(2, place), text(3, description), text(4, name), text(6, type));
  return part(2, part(3, message(query, flag(20, parameter['uniqueItems']))));
}

function responseOf(response: JsonObject): Bytes {
  const schema = part(2, part(1, schemaOf(objectOf(response['schema']))));
  return part(1, message(text(1, response['description']), schema));
}

function schemaOf(schema: JsonObject): Bytes {
  const { additionalProperties, items, properties, type } = schema;
  return message(
    text(1, schema['$ref']),
    text(2, schema['format']),
    text(4, schema['description']),
    schema['default'] === undefined ? nothing : part(5, anyOf(schema['default'])),
    texts(19, schema['required']),
    isObject(additionalProperties) ? part(21, part(1, schemaOf(additionalProperties))) : nothing,
    type === undefined ? nothing : part(22, text(1, type)),
    isObject(items) ? part(23, part(1, schemaOf(items))) : nothing,
    properties === undefined ? nothing : part(25, message(...named(1, properties, schemaOf))),
    ...extensions(31, schema),
  );
}

/** Keys that begin with `x-`, each with its value as YAML, of which JSON is a part. */
function extensions(number: number, object: JsonObject): Bytes[] {
  return Object.entries(object)
    .filter(([key]) => key.startsWith('x-'))
    .map(([key, value]) => part(number, message(text(1, key), part(2, anyOf(value)))));
}

function anyOf(value: Json): Bytes {
  return text(
    2,
    `${isArray(value) || isObject(value) || typeof value === 'string' ? JSON.stringify(value) : String(value)}\n`,
  );
}
