import { at, isArray, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';

/** OpenAPI 2 of all groups, from the OpenAPI 3 bodies of each. */
export function swagger(bodies: readonly JsonObject[]): JsonObject {
  const merged = (...path: readonly string[]): JsonObject =>
    sorted(Object.assign({}, ...bodies.map((body) => objectOf(at(body, ...path)))) as JsonObject);
  const paths = Object.entries(merged('paths')).map(([path, item]) => [path, pathItem(objectOf(item))]);
  const definitions = Object.entries(merged('components', 'schemas')).map(([name, schema]) => [name, older(schema)]);
  return {
    swagger: '2.0',
    info: objectOf(bodies[0]?.['info']),
    paths: Object.fromEntries(paths) as JsonObject,
    definitions: Object.fromEntries(definitions) as JsonObject,
  };
}

function sorted(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function pathItem(item: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([method, each]) => [method, operation(objectOf(each))]));
}

function operation({ requestBody, responses, parameters, ...rest }: JsonObject): JsonObject {
  const [body] = Object.entries(objectOf(at(requestBody, 'content')));
  const [mediaType, content] = body ?? [];
  const query = listOf(parameters).filter(isObject).map(queryParameter);
  const sent = { name: 'body', in: 'body', required: true, schema: older(objectOf(content)['schema'] ?? {}) };
  return {
    ...rest,
    consumes: [mediaType ?? '*/*'],
    produces: ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'],
    schemes: ['https'],
    parameters: mediaType === undefined ? query : [sent, ...query],
    responses: Object.fromEntries(
      Object.entries(objectOf(responses)).map(([status, response]): [string, Json] => [
        status,
        {
          description: objectOf(response)['description'] ?? '',
          schema: older(at(response, 'content', 'application/json', 'schema') ?? {}),
        },
      ]),
    ),
  };
}

function queryParameter({ schema, ...parameter }: JsonObject): JsonObject {
  return { ...parameter, ...objectOf(schema) };
}

const unions: Readonly<Record<string, JsonObject>> = { 'int-or-string': { type: 'string', format: 'int-or-string' } };

/** A schema in the words of OpenAPI 2, which knows no `oneOf` and lets a reference have neighbours. */
function older(schema: Json): Json {
  if (isArray(schema)) return schema.map(older);
  if (!isObject(schema)) return schema;
  const { allOf, oneOf, format, $ref, ...rest } = schema;
  const [only] = listOf(allOf);
  const inner = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, older(value)]));
  const union = oneOf === undefined ? {} : (unions[textOf(format)] ?? { type: 'string' });
  const reference = typeof $ref === 'string' ? { $ref: $ref.replace('/components/schemas/', '/definitions/') } : {};
  return {
    ...inner,
    ...(format === undefined ? {} : { format }),
    ...objectOf(only === undefined ? {} : older(only)),
    ...union,
    ...reference,
  };
}
