import { GraphQLSchema, printSchema } from "graphql";

/** The schema as SDL for people: `Query` first, then every type by name; the same text for the same code. */
export function printOrderedSchema(schema: GraphQLSchema): string {
  const config = schema.toConfig();
  const query = schema.getQueryType();
  const rank = (name: string): string => (name === query?.name ? "" : name);
  const types = [...config.types].sort((a, b) => (rank(a.name) < rank(b.name) ? -1 : 1));
  // A schema collects the types in the order in which it is given them.
  return `${printSchema(new GraphQLSchema({ ...config, query: null, mutation: null, subscription: null, types }))}\n`;
}
