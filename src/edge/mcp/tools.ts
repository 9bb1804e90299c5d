import {
  type DocumentNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  TypeInfo,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from "graphql";

/** Queries that programs call by their names. */
export interface ToolOptions {
  /** Version of this program. */
  readonly version: string;
  /** Documents whose queries are the tools. */
  readonly documents: readonly string[];
}

/** A query that programs may call by its name. */
export interface McpTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  /** Text of the operation. */
  readonly document: string;
}

/**
 * The tools of these documents, by name: the queries among them, described by the comment above them, with the variables they
 * declare. Subscriptions and operations without a name are left out.
 */
export function createMcpTools(schema: GraphQLSchema, documents: readonly string[]): ReadonlyMap<string, McpTool> {
  const tools = documents.flatMap((document) => {
    const parsed = parse(document);
    const operation = getOperationAST(parsed);
    const name = operation?.name?.value;
    if (name === undefined || operation?.operation !== OperationTypeNode.QUERY) return [];
    const description = commentOf(document);
    return [{ name, description, inputSchema: inputSchemaOf(schema, parsed, operation), document }];
  });
  return new Map(tools.map((tool) => [tool.name, tool]));
}

function commentOf(document: string): string {
  const [above = ""] = /^(?:\s*#.*\n)+/.exec(document) ?? [];
  return above.replace(/^\s*#\s?/gm, "").trim();
}

function inputSchemaOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): JsonSchema {
  const meanings = meaningsOf(schema, document);
  const declared = operation.variableDefinitions ?? [];
  const required = declared.flatMap(({ type, defaultValue, variable }) =>
    type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined ? [variable.name.value] : [],
  );
  return {
    type: "object",
    properties: Object.fromEntries(
      declared.map((one) => [one.variable.name.value, variableSchema(schema, one, meanings)]),
    ),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function variableSchema(
  schema: GraphQLSchema,
  { type: node, variable, defaultValue }: VariableDefinitionNode,
  meanings: ReadonlyMap<string, string>,
): JsonSchema {
  const type = typeFromAST(schema, node);
  if (!isInputType(type)) throw new Error(`The variable $${variable.name.value} has a type that the schema lacks.`);
  const value = toJsonSchema(isNonNullType(type) ? type.ofType : type);
  const preset = defaultValue === undefined ? {} : { default: valueFromASTUntyped(defaultValue) };
  return described({ ...value, ...preset }, meanings.get(variable.name.value));
}

/** What variables mean: the description of the argument or the input field that each stands for first. */
function meaningsOf(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  const types = new TypeInfo(schema);
  const note = (name: string, description: string | null | undefined): void => {
    if (description != null && !meanings.has(name)) meanings.set(name, description);
  };
  visit(
    document,
    visitWithTypeInfo(types, {
      Argument({ value }) {
        if (value.kind === Kind.VARIABLE) note(value.name.value, types.getArgument()?.description);
      },
      ObjectField({ name, value }) {
        const parent = types.getParentInputType();
        if (value.kind !== Kind.VARIABLE || parent === undefined || parent === null) return;
        const field = "getFields" in parent ? parent.getFields()[name.value] : undefined;
        note(value.name.value, field?.description);
      },
    }),
  );
  return meanings;
}

/** A JSON schema as programs that write arguments read it. */
type JsonSchema = Readonly<Record<string, unknown>>;

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
function toJsonSchema(type: GraphQLInputType, above: readonly string[] = []): JsonSchema {
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
function described(schema: JsonSchema, description: string | null | undefined): JsonSchema {
  return description == null || description === "" ? schema : { ...schema, description };
}
