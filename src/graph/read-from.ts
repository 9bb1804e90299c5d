import { ObjectType } from "type-graphql";

import type { Instant, ReadFrom as Record } from "#domain";
import { DateTime } from "./scalars.ts";
import { Value } from "./value.ts";

/** Which answer of the upstream told what is shown. */
@ObjectType("ReadFrom", {
  description: "Which answer of the upstream told what is shown. Later answers that told the same do not count.",
})
export class ReadFrom {
  constructor(private readonly record: Record) {}

  @Value(() => String, { description: "The upstream's id of the request; its support asks for it." })
  get requestId(): string {
    return this.record.requestId;
  }

  @Value(() => DateTime, { description: "When the answer came." })
  get asOf(): Instant {
    return this.record.asOf;
  }
}

/** What a record says of it; null if it does not. */
export function readFromOf({ readFrom }: { readonly readFrom?: Record | null }): ReadFrom | null {
  return readFrom == null ? null : new ReadFrom(readFrom);
}
