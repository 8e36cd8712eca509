/** A JSON Schema as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema of what a caller sends: as it is written, but without members that nobody has heard of. A name that
 * was mistyped is an error, never ignored.
 */
export function closedShape(schema: object): JsonSchema {
  return close(plainSchema(schema));
}

/** A schema as it stands in a document. */
export function plainSchema(schema: object): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_name, part) => (isSchema(part) ? asMap(part) : part));
}

/** A record whose names are free is written as generators of clients know it. */
function asMap({ patternProperties, ...schema }: JsonSchema): JsonSchema {
  if (!isSchema(patternProperties)) return schema;
  return { ...schema, additionalProperties: Object.values(patternProperties)[0] };
}

function close(schema: JsonSchema): JsonSchema {
  const { properties, additionalProperties, items, anyOf } = schema;
  return {
    ...schema,
    ...(isSchema(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, isSchema(member) ? close(member) : member]),
      ),
      additionalProperties: additionalProperties ?? false,
    }),
    ...(isSchema(additionalProperties) && { additionalProperties: close(additionalProperties) }),
    ...(isSchema(items) && { items: close(items) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(close) }),
  };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
