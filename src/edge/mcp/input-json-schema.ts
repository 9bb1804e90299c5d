import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from "graphql";

/** A JSON schema as programs that write arguments read it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

// What every scalar of the schema takes as JSON; any text, if it is none of these.
const SCALARS: Readonly<Record<string, JsonSchema>> = {
  Int: { type: "integer", minimum: -2_147_483_648, maximum: 2_147_483_647 },
  SafeInt: { type: "integer" },
  Float: { type: "number" },
  Boolean: { type: "boolean" },
  DateTime: { type: "string", format: "date-time" },
  JsonObject: { type: "object" },
};

/** What a GraphQL input type takes, as a JSON schema. What may be null may be left out, so null is not told of. */
export function toJsonSchema(type: GraphQLInputType, above: readonly string[] = []): JsonSchema {
  if (isNonNullType(type)) return toJsonSchema(type.ofType, above);
  if (isListType(type)) return { type: "array", items: toJsonSchema(type.ofType, above) };
  if (isEnumType(type)) return { type: "string", enum: type.getValues().map(({ name }) => name) };
  if (isScalarType(type)) return SCALARS[type.name] ?? { type: "string" };
  // A type within itself would go on without end.
  if (!isInputObjectType(type) || above.includes(type.name)) return { type: "object" };
  return objectSchema(type, [...above, type.name]);
}

function objectSchema(type: GraphQLInputObjectType, above: readonly string[]): JsonSchema {
  const fields = Object.values(type.getFields());
  const required = fields.filter((field) => isNonNullType(field.type) && field.defaultValue === undefined);
  return {
    type: "object",
    properties: Object.fromEntries(
      fields.map((field) => [field.name, described(toJsonSchema(field.type, above), field.description)]),
    ),
    ...(required.length === 0 ? {} : { required: required.map(({ name }) => name) }),
    ...(type.isOneOf ? { minProperties: 1, maxProperties: 1 } : {}),
    additionalProperties: false,
  };
}

/** The schema with a description for those who fill it in. */
export function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description == null || description === "" ? schema : { ...schema, description };
}
