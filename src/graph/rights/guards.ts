import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from "graphql";

import { charged, type GraphContext, type Guarded, type GuardedPlace } from "../operation/index.ts";
import { GUARDED_FIELDS } from "./field-kinds.ts";

type Resolver = GraphQLFieldResolver<unknown, GraphContext>;
type GuardedKind = (typeof GUARDED_FIELDS)[string];

/** Puts the guard of each operation before every field that needs more than the right to see runs. */
export function installGuards(schema: GraphQLSchema): void {
  for (const [name, kind] of Object.entries(GUARDED_FIELDS)) {
    const [typeName = "", fieldName = ""] = name.split(".");
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[fieldName] : undefined;
    if (field === undefined) throw new Error(`The schema has no field ${name} to be guarded.`);
    field.resolve = guarded(kind, field.resolve ?? charged(readProperty(fieldName)));
  }
}

function guarded(kind: GuardedKind, resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const { guardedPlace: place } = source as Guarded;
    const give = (commandName: string | null | undefined) => {
      if (!context.guard.isGiven(kind, { ...place, commandName })) return null;
      const value = resolve(source, args, context, info);
      const note = (given: unknown) => {
        context.guard.note(kind, place, given);
        return given;
      };
      return value instanceof Promise ? value.then(note) : note(value);
    };
    const name = commandNameOf(place, context);
    return name instanceof Promise ? name.then(give) : give(name);
  };
}

// Results name no command. Only where rights depend on it the run is looked up, which the services did to show the result at all.
function commandNameOf(place: GuardedPlace, { view, loaders }: GraphContext): string | null | Promise<string | null> {
  const { source, invokeId, commandName } = place;
  if (commandName !== undefined) return commandName;
  if (!view.rightsFor(source).dependsOnCommandName) return null;
  const run = loaders.invocations.load({ source, invokeId, projection: { output: false, content: false } });
  return run.then((found) => found?.command.name ?? null);
}

function readProperty(name: string): Resolver {
  return (source) => {
    const value = (source as Readonly<Record<string, unknown>>)[name];
    if (value instanceof Error) throw value;
    return value;
  };
}
