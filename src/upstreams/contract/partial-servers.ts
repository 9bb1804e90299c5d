import { type Source, UpstreamError } from "#domain";
import type { FoundById } from "../mapping/index.ts";

/** Some servers that were asked for, or the agents on them, cannot be read. */
export class PartialServersError<Value> extends UpstreamError {
  /** @param read those that can, and why the others cannot */
  constructor(
    error: UpstreamError,
    readonly read: FoundById<Value>,
  ) {
    super(error);
  }
}

/** All that was asked for, with the source that it is of. @throws PartialServersError if some could not be read */
export function foundOrPartial<Value>(
  source: Source,
  { found, failures }: FoundById<Value>,
): readonly (Value & { readonly source: Source })[] {
  const named = found.map((one) => ({ ...one, source }));
  const [failure] = failures.values();
  if (failure !== undefined) throw new PartialServersError(failure, { found: named, failures });
  return named;
}
