import { Ctx, Field, Int, ObjectType } from "type-graphql";

import type { Provider, SourceErrorCode } from "#domain";
import type { BackfillState, SourceFailure, PageSourceState as State } from "#services";
import type { GraphContext } from "./context.ts";
import { BackfillPhaseEnum, ProviderEnum, SourceErrorCodeEnum } from "./enums.ts";
import { DateTime, SafeInt } from "./scalars.ts";
import { Value } from "./value.ts";

/** Why a source gave nothing. */
@ObjectType("SourceError", { description: "Why a source gave nothing when it was last asked." })
export class SourceError {
  constructor(private readonly failure: SourceFailure) {}

  @Value(() => SourceErrorCodeEnum, { description: "The class of the failure." })
  get code(): SourceErrorCode {
    return this.failure.code;
  }

  @Value(() => String, { description: "One sentence for people." })
  get message(): string {
    return this.failure.message;
  }

  @Value(() => String, {
    nullable: true,
    description: "The upstream's own code, for its documentation and its support.",
  })
  get upstreamCode(): string | null {
    return this.failure.upstreamCode;
  }

  @Value(() => Int, { nullable: true, description: "HTTP status of the answer; null where none came." })
  get httpStatus(): number | null {
    return this.failure.httpStatus;
  }

  @Value(() => String, { nullable: true, description: "The upstream's id of the request; its support asks for it." })
  get requestId(): string | null {
    return this.failure.requestId;
  }

  @Value(() => Boolean, { description: "True where the same request may well succeed a little later." })
  get retryable(): boolean {
    return this.failure.retryable;
  }

  @Value(() => SafeInt, {
    nullable: true,
    description: "How long to wait before asking again, in milliseconds, where known.",
  })
  get retryAfterMs(): number | null {
    return this.failure.retryAfterMs;
  }
}

/** How far collecting a source has come. */
@ObjectType("Backfill", {
  description: "How far the gateway has come with reading the older runs of a source, which nobody asked for.",
})
export class Backfill {
  constructor(private readonly collected: BackfillState) {}

  @Value(() => BackfillPhaseEnum, { description: "What goes on." })
  get phase(): BackfillState["phase"] {
    return this.collected.phase;
  }

  @Value(() => DateTime, { description: "When this phase began." })
  get since(): string {
    return new Date(this.collected.since).toISOString();
  }

  @Field(() => DateTime, {
    nullable: true,
    description: "How far back the source is known without a gap; null if it was not read yet.",
  })
  async oldestTime(): Promise<string | null> {
    return toInstant(await this.collected.oldestTime());
  }

  @Field(() => SafeInt, {
    nullable: true,
    description: "Runs of the source that are known; null for those who may not see all of them.",
  })
  async knownRuns(): Promise<number | null> {
    return this.collected.knownRuns();
  }

  @Field(() => SafeInt, {
    nullable: true,
    description:
      "Runs that are over and whose outputs are still to be read; null if outputs are not collected, and for those who may not see all runs.",
  })
  async lackingOutputs(): Promise<number | null> {
    return this.collected.lackingOutputs();
  }
}

function toInstant(time: number | null): string | null {
  return time === null || time < 0 ? null : new Date(time).toISOString();
}

/** One place the gateway reads from. */
@ObjectType("SourceState", { description: "One place the gateway reads from: a product in a region of an account." })
export class SourceState {
  readonly #error: SourceError | null;

  constructor(private readonly state: State) {
    this.#error = state.error === null ? null : new SourceError(state.error);
  }

  @Value(() => ProviderEnum, { description: "The product." })
  get provider(): Provider {
    return this.state.source.provider;
  }

  @Value(() => String, { description: "Alias of the account; `default` where only one is configured." })
  get account(): string {
    return this.state.source.account;
  }

  @Value(() => String, { description: "The region's id, as `cn-hangzhou`." })
  get regionId(): string {
    return this.state.source.regionId;
  }

  @Value(() => Boolean, { description: "False where its rows are missing; `error` then says why." })
  get ok(): boolean {
    return this.#error === null;
  }

  @Value(() => SourceError, { nullable: true, description: "Why it gave nothing; null where it is ok." })
  get error(): SourceError | null {
    return this.#error;
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "When the source was last read with success; null if it never was. Its rows are as of then.",
  })
  get asOf(): string | null {
    return this.state.asOf === null ? null : new Date(this.state.asOf).toISOString();
  }

  @Value(() => Boolean, {
    description:
      "False if something that this page should hold is missing, as of `asOf`; later pages of the walk bring it.",
  })
  get isComplete(): boolean {
    return this.state.isComplete;
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "How far back the source is known without a gap; null if it was not read yet.",
  })
  get oldestTime(): string | null {
    return toInstant(this.state.oldestTime);
  }

  @Field(() => Backfill, {
    nullable: true,
    description:
      "How far the gateway has come with reading older runs that nobody asked for; null if it collects none.",
  })
  backfill(@Ctx() { operation }: GraphContext): Backfill | null {
    const state = this.state.backfill();
    if (state === null) return null;
    // Collecting moves on without any write.
    operation.life?.end();
    return new Backfill(state);
  }
}
