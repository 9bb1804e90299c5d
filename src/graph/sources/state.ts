import { Ctx, Field, Int, ObjectType } from "type-graphql";

import type { Instant } from "#domain";
import type { BackfillState, SourceFailure, PageSourceState as State } from "#services";
import {
  always,
  BackfillPhaseEnum,
  DateTime,
  declareReads,
  declareShape,
  declareSource,
  orNull,
  SafeInt,
  SourceErrorCodeEnum,
  toInstant,
  Value,
} from "../declarations/index.ts";
import type { GraphContext } from "../operation/index.ts";

/** Why a source gave nothing. */
export const SourceError = declareShape<SourceFailure>(
  "SourceError",
  "Why a source gave nothing when it was last asked.",
  {
    code: always(SourceErrorCodeEnum, "The class of the failure."),
    message: always(String, "One sentence for people."),
    upstreamCode: orNull(String, "The upstream's own code, for its documentation and its support."),
    httpStatus: orNull(Int, "HTTP status of the answer; null where none came."),
    requestId: orNull(String, "The upstream's id of the request; its support asks for it."),
    retryable: always(Boolean, "True where the same request may well succeed a little later."),
    retryAfterMs: orNull(SafeInt, "How long to wait before asking again, in milliseconds, where known."),
  },
);

/** How far collecting a source has come. */
@ObjectType("Backfill", {
  description: "How far the gateway has come with reading the older runs of a source, which nobody asked for.",
})
export class Backfill {
  constructor(private readonly record: BackfillState) {}

  @Value(() => DateTime, { description: "When this phase began." })
  get since(): string {
    return new Date(this.record.since).toISOString();
  }

  @Field(() => DateTime, {
    nullable: true,
    description: "How far back the source is known without a gap; null if it was not read yet.",
  })
  async oldestTime(): Promise<string | null> {
    return toTime(await this.record.oldestTime());
  }

  @Field(() => SafeInt, {
    nullable: true,
    description: "Runs of the source that are known; null for those who may not see all of them.",
  })
  async knownRuns(): Promise<number | null> {
    return this.record.knownRuns();
  }

  @Field(() => SafeInt, {
    nullable: true,
    description:
      "Runs that are over and whose outputs are still to be read; null if outputs are not collected, and for those who may not see all runs.",
  })
  async lackingOutputs(): Promise<number | null> {
    return this.record.lackingOutputs();
  }
}

declareReads<BackfillState>(Backfill.prototype, { phase: always(BackfillPhaseEnum, "What goes on.") });

// Below zero are runs that tell of no time.
function toTime(time: number | null): Instant | null {
  return time === null || time < 0 ? null : toInstant(time);
}

/** One place the gateway reads from. */
@ObjectType("SourceState", { description: "One place the gateway reads from: a product in a region of an account." })
export class SourceState {
  constructor(private readonly record: State) {}

  @Value(() => Boolean, { description: "False where its rows are missing; `error` then says why." })
  get ok(): boolean {
    return this.record.error === null;
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "When the source was last read with success; null if it never was. Its rows are as of then.",
  })
  get asOf(): string | null {
    return toInstant(this.record.asOf);
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "How far back the source is known without a gap; null if it was not read yet.",
  })
  get oldestTime(): string | null {
    return toTime(this.record.oldestTime);
  }

  @Field(() => Backfill, {
    nullable: true,
    description:
      "How far the gateway has come with reading older runs that nobody asked for; null if it collects none.",
  })
  backfill(@Ctx() { operation }: GraphContext): Backfill | null {
    const state = this.record.backfill();
    if (state === null) return null;
    // Collecting moves on without any write.
    operation.life?.end();
    return new Backfill(state);
  }
}

declareSource(SourceState.prototype);
declareReads<State>(SourceState.prototype, {
  error: orNull(SourceError, "Why it gave nothing; null where it is ok."),
  isComplete: always(
    Boolean,
    "False if something that this page should hold is missing, as of `asOf`; later pages of the walk bring it, unless its record " +
      "cannot be read.",
  ),
});
