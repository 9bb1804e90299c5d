import type { Caller, View } from "#access";
import type { Operation } from "#domain";
import type { Loaders } from "#loaders";
import type { Sealer, Services } from "#services";
import type { KindGuard } from "./guard.ts";

/** What every resolver gets: the same for all fields of one operation, made anew for the next one. */
export interface GraphContext {
  /** Those of the caller's view. */
  readonly services: Services;
  readonly loaders: Loaders;
  readonly operation: Operation;
  /** Makes the cursors of the connections that page in memory. */
  readonly sealer: Sealer;
  readonly caller: Pick<Caller, "name" | "roles" | "knownBy">;
  readonly view: View;
  /** Asked by the fields of a schema with guards. */
  readonly guard: KindGuard;
  /** Id of the last event that the client of a broken stream got, as `eventIdOf` gave it; null if there is none. */
  readonly lastEventId: string | null;
}
