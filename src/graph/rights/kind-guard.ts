import { GraphQLError } from "graphql";
import type { AuditRecord, Kind, View } from "#access";
import { sourceKey } from "#domain";
import type { GuardedPlace, KindGuard } from "../operation/index.ts";

/** No role of the caller gives this kind here. */
export class ForbiddenError extends GraphQLError {
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
      if (value === null || value === undefined) return;
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
