import { GraphQLError, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from "graphql";
import type { AuditRecord, Kind, View } from "#access";
import { sourceKey } from "#domain";
import { charged, type GraphContext, type Guarded, type GuardedPlace, type KindGuard } from "../operation/index.ts";
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

/** No role of the caller gives this kind here. */
class ForbiddenError extends GraphQLError {
  override readonly name = "ForbiddenError";

  constructor(kind: Kind) {
    super(`No role of yours gives \`${kind}\` here.`, { extensions: { code: "FORBIDDEN", kind } });
  }
}

/** Refuses outputs of a run whatever was refused before. @throws ForbiddenError */
export function requireOutputs(place: GuardedPlace, { guard }: { readonly guard: KindGuard }): void {
  if (!guard.isGiven("outputs", place)) guard.refuse("outputs", place);
}

/** A guard for one operation, by the caller's view. */
export function createKindGuard(view: View, audit: Pick<AuditRecord, "handOut" | "refuse">): KindGuard {
  const told = new Set<Kind>();
  return {
    isGiven(kind, place) {
      if (view.rightsFor(place.source).forCommand(place.commandName)[kind]) return true;
      audit.refuse(kind, runOf(place));
      if (told.has(kind)) return false;
      told.add(kind);
      throw new ForbiddenError(kind);
    },
    refuse(kind, place) {
      audit.refuse(kind, place === null ? null : runOf(place));
      throw new ForbiddenError(kind);
    },
    note(kind, place, value) {
      // Whether there is anything to be seen is none of it.
      if (value === null || value === undefined || typeof value === "boolean") return;
      const run = runOf(place);
      audit.handOut({ kind, run, instanceId: place.instanceId, bytes: bytesOf(value) });
      for (const instanceId of instancesOf(value)) audit.handOut({ kind, run, instanceId, bytes: 0 });
    },
  };
}

function runOf({ source, invokeId }: GuardedPlace): string {
  return `${sourceKey(source)}/${invokeId}`;
}

/** About how many bytes leave with a value: those of an output count whatever is selected of it. */
function bytesOf(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + bytesOf(each), 0);
  if (typeof value !== "object" || value === null) return 0;
  if ("byteLength" in value && typeof value.byteLength === "number") return value.byteLength;
  return Buffer.byteLength(JSON.stringify(value));
}

function instancesOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: Partial<{ readonly instanceIds: readonly string[] }>) => each.instanceIds ?? []);
}
