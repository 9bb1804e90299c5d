import { GraphQLError } from "graphql";
import type { AuditRecord, Kind, View } from "#access";
import { type Source, sourceKey } from "#domain";

/** What a guarded field belongs to. */
export interface GuardedPlace {
  readonly source: Source;
  readonly invokeId: string;
  /** Null for what belongs to the whole run. */
  readonly instanceId: string | null;
  /** Name of the run's command; null or undefined if it is not known, which fits no role that depends on it. */
  readonly commandName: string | null | undefined;
}

/** Gives values of guarded fields to those who may have them, and has it written down. One an operation. */
export interface KindGuard {
  /**
   * The value, or null without the right to it.
   * @param bytes size of what leaves with the value.
   * @throws ForbiddenError at the first field of each kind that is not given, so that an answer names each kind once.
   */
  give<Value>(kind: "commands" | "outputs", place: GuardedPlace, value: Value, bytes: number): Value | null;
}

/** No role of the caller gives this kind here. */
export class ForbiddenError extends GraphQLError {
  override readonly name = "ForbiddenError";

  constructor(kind: Kind) {
    super(`No role of yours gives \`${kind}\` here.`, { extensions: { code: "FORBIDDEN", kind } });
  }
}

/** A guard for one operation, by the caller's view. */
export function createKindGuard(view: View, audit: Pick<AuditRecord, "handOut" | "refuse">): KindGuard {
  const told = new Set<Kind>();
  return {
    give(kind, place, value, bytes) {
      const run = `${sourceKey(place.source)}/${place.invokeId}`;
      if (view.rightsFor(place.source).forCommand(place.commandName)[kind]) {
        if (value !== null && value !== undefined) audit.handOut({ kind, run, instanceId: place.instanceId, bytes });
        return value;
      }
      audit.refuse(kind, run);
      if (told.has(kind)) return null;
      told.add(kind);
      throw new ForbiddenError(kind);
    },
  };
}
