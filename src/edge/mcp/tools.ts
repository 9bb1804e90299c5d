import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  isNonNullType,
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

import { described, type JsonSchema, toJsonSchema } from "./input-json-schema.ts";

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
