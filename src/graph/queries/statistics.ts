import { Arg, Ctx, Float, Int, ObjectType, Query, Resolver } from "type-graphql";

import type { InstanceInvocationStatus, Instant, InvocationStatus } from "#domain";
import type { DurationQuantiles, StatisticsRow as Row, StatisticsGroup, StatisticsInterval } from "#services";
import {
  DateTime,
  SafeInt,
  StatisticsGroupEnum,
  StatisticsIntervalEnum,
  toInstant,
  Value,
} from "../declarations/index.ts";
import { InvocationFilter, toInvocationFilter } from "../lists/index.ts";
import type { GraphContext } from "../operation/index.ts";

/** How many are in one state. */
@ObjectType("StatisticsStatusCount", { description: "How many of what a row counts are in one state." })
class StatisticsStatusCount {
  constructor(
    private readonly word: InstanceInvocationStatus | InvocationStatus,
    private readonly counted: number,
  ) {}

  @Value(() => String, {
    description: "The state: a member of InvocationStatus; of InstanceInvocationStatus if servers are the group.",
  })
  get status(): string {
    return this.word;
  }

  @Value(() => Int, { description: "How many." })
  get count(): number {
    return this.counted;
  }
}

/** How long runs took. */
@ObjectType("DurationQuantiles", {
  description: "How long it took, in milliseconds, of what is over and tells both ends.",
})
class Quantiles {
  constructor(private readonly quantiles: DurationQuantiles) {}

  @Value(() => SafeInt, { description: "Half of them took no longer." })
  get p50(): number {
    return this.quantiles.p50;
  }

  @Value(() => SafeInt, { description: "Nine of ten took no longer." })
  get p90(): number {
    return this.quantiles.p90;
  }

  @Value(() => SafeInt, { description: "99 of 100 took no longer." })
  get p99(): number {
    return this.quantiles.p99;
  }
}

/** How runs of one group went, in one stretch of time. */
@ObjectType("StatisticsRow", {
  description: "How the runs of one group went, in one stretch of time if there is an interval.",
})
class StatisticsRow {
  constructor(
    private readonly row: Row,
    private readonly by: StatisticsGroup,
  ) {}

  @Value(() => String, {
    nullable: true,
    description:
      "What the row is about, in the words of its group: of DAY and HOUR the instant at which it begins. Null for all of them, for " +
      "the rest, and for runs without a creation time.",
  })
  get key(): string | null {
    const isTime = this.by === "DAY" || this.by === "HOUR";
    return isTime ? toInstant(this.row.intervalStart) : this.row.key;
  }

  @Value(() => Boolean, { description: "True for what lies beyond the largest groups, together in one row." })
  get isRest(): boolean {
    return this.row.isRest;
  }

  @Value(() => DateTime, {
    nullable: true,
    description: "When the stretch of time begins; null without one, and for runs without a creation time.",
  })
  get intervalStart(): Instant | null {
    return toInstant(this.row.intervalStart);
  }

  @Value(() => Int, { description: "How many runs; executions on the server if servers are the group." })
  get count(): number {
    return this.row.count;
  }

  @Value(() => Int, { description: "How many of them are over." })
  get finalCount(): number {
    return this.row.finalCount;
  }

  @Value(() => Int, {
    description: "How many of them failed: of runs, those that are `FAILED` or `PARTIAL_FAILED` themselves.",
  })
  get failedCount(): number {
    return this.row.failedCount;
  }

  @Value(() => Float, { nullable: true, description: "`failedCount` by `finalCount`, 0 to 1; null if none is over." })
  get failureRate(): number | null {
    return this.row.finalCount === 0 ? null : this.row.failedCount / this.row.finalCount;
  }

  @Value(() => [StatisticsStatusCount], {
    description: "How many are in each state; states that do not occur are left out.",
  })
  get statusCounts(): readonly StatisticsStatusCount[] {
    return [...this.row.statusCounts].map(([status, count]) => new StatisticsStatusCount(status, count));
  }

  @Value(() => Quantiles, { nullable: true, description: "How long they took; null if none tells." })
  get durationMs(): Quantiles | null {
    return this.row.durationMs === null ? null : new Quantiles(this.row.durationMs);
  }

  @Value(() => DateTime, { nullable: true, description: "When the newest of them was handed in." })
  get latestTime(): Instant | null {
    return toInstant(this.row.latestTime);
  }

  @Value(() => Boolean, {
    description:
      "False if runs that are meant may be missing: nobody has read them yet, their source fails or is too slow, or there are too many.",
  })
  get isComplete(): boolean {
    return this.row.isComplete;
  }
}

/** How often, how long, how many failed. */
@Resolver()
export class StatisticsQueries {
  @Query(() => [StatisticsRow], {
    nullable: true,
    description:
      "How runs went: at most 100 groups, 20 if there is an interval, and the rest together; largest first, newest stretch first. With " +
      "`createdAfter`, what is not known is read once; without, what is known is counted.",
  })
  async statistics(
    @Arg("by", () => StatisticsGroupEnum, { description: "What there is a row for." }) by: StatisticsGroup,
    @Arg("filter", () => InvocationFilter, { nullable: true, description: "Which runs are meant; all if left out." })
    filter: InvocationFilter | null | undefined,
    @Arg("interval", () => StatisticsIntervalEnum, {
      nullable: true,
      description: "A row for each stretch of time as well; none if left out.",
    })
    interval: StatisticsInterval | null | undefined,
    @Ctx() { services, operation }: GraphContext,
  ): Promise<readonly StatisticsRow[]> {
    const request = { by, interval: interval ?? null };
    const rows = await services.statistics(request, toInvocationFilter(filter), operation);
    return rows.map((row) => new StatisticsRow(row, by));
  }
}
