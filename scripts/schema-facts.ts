import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from "graphql";

const PAGING = new Set(["first", "after", "last", "before"]);

/** What caches of clients have to know, as a module: it is small, and the introspection is not. */
export function describeFacts(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  const objects = types.filter(isObjectType);
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  return [
    "// Made by `npm run generate` from schema/schema.graphql.",
    constant("POSSIBLE_TYPES", "Object types behind each interface and union.", findPossibleTypes(schema, types)),
    constant(
      "CONNECTIONS",
      "Arguments that make a list another list, of each field that pages.",
      findConnections(objects),
    ),
    constant(
      "PARTS",
      "Types without an identity of their own.",
      objects.filter((type) => !roots.has(type) && !("id" in type.getFields())).map(({ name }) => name),
    ),
    constant("PAGE_EXTRAS", "What the schema tells of a page beyond Relay's connections.", {
      connection: findExtras(objects, (name) => name.endsWith("Connection"), ["edges", "nodes", "pageInfo"]),
      pageInfo: findExtras(objects, (name) => name === "PageInfo", RELAY_PAGE_INFO),
    }),
  ].join("\n");
}

const RELAY_PAGE_INFO = ["hasNextPage", "hasPreviousPage", "startCursor", "endCursor"];

function findExtras(
  types: readonly GraphQLObjectType[],
  isMeant: (name: string) => boolean,
  usual: readonly string[],
): readonly string[] {
  const fields = types.filter(({ name }) => isMeant(name)).flatMap((type) => Object.keys(type.getFields()));
  return [...new Set(fields)].filter((name) => !usual.includes(name));
}

/** TypeScript types of the custom scalars, for generators; throws if the schema has one that is not listed. */
export function describeScalars(schema: GraphQLSchema, known: Readonly<Record<string, string>>): string {
  const names = Object.values(schema.getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type));
  const scalars = names.map(({ name }) => {
    const type = known[name];
    if (type === undefined) throw new Error(`codegen.yml: expected a type for the scalar ${name}, it is missing`);
    return [name, type] as const;
  });
  return `${JSON.stringify(Object.fromEntries(scalars), null, 2)}\n`;
}

function findPossibleTypes(schema: GraphQLSchema, types: readonly GraphQLNamedType[]) {
  const found = types.filter(isAbstractType).map((type) => {
    return [type.name, schema.getPossibleTypes(type).map(({ name }) => name)] as const;
  });
  return Object.fromEntries(found);
}

function findConnections(types: readonly GraphQLObjectType[]) {
  const found = types.flatMap((type) => {
    const fields = Object.values(type.getFields()).filter(
      ({ args, type: of }) => args.some(({ name }) => name === "after") && getNamedType(of).name.endsWith("Connection"),
    );
    const keys = fields.map(({ name, args }) => {
      return [name, args.map((argument) => argument.name).filter((argument) => !PAGING.has(argument))] as const;
    });
    return keys.length === 0 ? [] : [[type.name, Object.fromEntries(keys)] as const];
  });
  return Object.fromEntries(found);
}

function constant(name: string, says: string, value: unknown): string {
  return `/** ${says} */\nexport const ${name} = ${JSON.stringify(value, null, 2)} as const;\n`;
}
