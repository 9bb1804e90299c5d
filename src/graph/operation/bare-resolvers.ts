import type { GraphQLFieldResolver, GraphQLSchema } from "graphql";
import { isObjectType } from "graphql";
import { getMetadataStorage } from "type-graphql";

import { charged } from "./answer-weight.ts";
import type { GraphContext } from "./context.ts";

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;
type Target = Readonly<Record<string, unknown>>;
type Handler = ReturnType<typeof getMetadataStorage>["fieldResolvers"][number];
type Parameter = NonNullable<Handler["params"]>[number];

/**
 * Replaces TypeGraphQL's resolvers by ones that call the decorated method and charge the operation for what it gives. TypeGraphQL awaits the
 * validation of every argument also where validation is off, so that each field with an argument would answer a promise; a
 * page of 200 outputs then costs more in promises than in everything else.
 */
export function useBareResolvers(schema: GraphQLSchema): void {
  const storage = getMetadataStorage();
  for (const handler of storage.queries) {
    const instance = new (handler.target as new () => Target)();
    install(schema, "Query", handler, () => instance);
  }
  for (const handler of storage.fieldResolvers) {
    const type = storage.objectTypes.find((object) => object.target === handler.getObjectType?.());
    if (type === undefined) continue;
    if (handler.kind === "internal") install(schema, type.name, handler, (source) => source as Target);
    else {
      const instance = new (handler.target as new () => Target)();
      install(schema, type.name, handler, () => instance);
    }
  }
}

type Installable = Pick<Handler, "methodName" | "schemaName" | "params">;

function install(
  schema: GraphQLSchema,
  typeName: string,
  { methodName, schemaName, params = [] }: Installable,
  targetOf: (source: unknown) => Target,
): void {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[schemaName] : undefined;
  if (field === undefined) return;
  field.resolve = charged(toResolver(methodName, params, targetOf));
}

/** The decorated method as the executors call it. */
function toResolver(methodName: string, params: readonly Parameter[], targetOf: (source: unknown) => Target): Resolver {
  const readers = [...params].sort((a, b) => a.index - b.index).map(readerOf);
  const [only] = readers;
  if (only !== undefined && readers.length === 1) {
    return (source, args, context, info) => {
      const target = targetOf(source);
      return (target[methodName] as (value: unknown) => unknown).call(target, only(source, args, context, info));
    };
  }
  return (source, args, context, info) => {
    const target = targetOf(source);
    const method = target[methodName] as (...values: unknown[]) => unknown;
    return method.apply(
      target,
      readers.map((read) => read(source, args, context, info)),
    );
  };
}

function readerOf(parameter: Parameter): Resolver {
  switch (parameter.kind) {
    case "root":
      return (source) => source;
    case "args":
      return (_source, args) => args;
    case "arg":
      return (_source, args) => args[parameter.name];
    case "context":
      return (_source, _args, context) => context;
    case "info":
      return (_source, _args, _context, info) => info;
    default:
      throw new Error(`Resolvers take no parameter of the kind ${parameter.kind}.`);
  }
}
