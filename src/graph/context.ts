import type { Operation } from "#domain";
import type { Loaders } from "#loaders";
import type { Sealer, Services } from "#services";

/** What every resolver gets: the same for all fields of one operation, made anew for the next one. */
export interface GraphContext {
  readonly services: Services;
  readonly loaders: Loaders;
  readonly operation: Operation;
  /** Makes the cursors of the connections that page in memory. */
  readonly sealer: Sealer;
}
