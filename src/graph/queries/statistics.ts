import { Arg, Ctx, Float, Int, Query, Resolver } from "type-graphql";

import type { InstanceInvocationStatus, Instant, InvocationStatus } from "#domain";
import type { DurationQuantiles, StatisticsRow as Row, StatisticsGroup, StatisticsInterval } from "#services";
import {
  always,
  DateTime,
  declareShape,
  orNull,
  SafeInt,
  StatisticsGroupEnum,
  StatisticsIntervalEnum,
  toInstant,
} from "../declarations/index.ts";
import { InvocationFilter, toInvocationFilter } from "../lists/index.ts";
import type { GraphContext } from "../operation/index.ts";

/** How many are in one state: a run, or an execution if servers are the group. */
interface StatusCounted {
  readonly status: InstanceInvocationStatus | InvocationStatus;
  readonly count: number;
}

const StatisticsStatusCount = declareShape<StatusCounted>(
  "StatisticsStatusCount",
  "How many of what a row counts are in one state.",
  {
    status: always(
      String,
      "The state: a member of InvocationStatus; of InstanceInvocationStatus if servers are the group.",
    ),
    count: always(Int, "How many."),
  },
);

const Quantiles = declareShape<DurationQuantiles>(
  "DurationQuantiles",
  "How long it took, in milliseconds, of what is over and tells both ends.",
  {
    p50: always(SafeInt, "Half of them took no longer."),
    p90: always(SafeInt, "Nine of ten took no longer."),
    p99: always(SafeInt, "99 of 100 took no longer."),
  },
);

/** How runs of one group went, in one stretch of time. */
interface StatisticsRow extends Omit<Row, "intervalStart" | "latestTime" | "statusCounts"> {
  readonly intervalStart: Instant | null;
  readonly latestTime: Instant | null;
  readonly failureRate: number | null;
  readonly statusCounts: readonly StatusCounted[];
}

const StatisticsRow = declareShape<StatisticsRow>(
  "StatisticsRow",
  "How the runs of one group went, in one stretch of time if there is an interval.",
  {
    key: orNull(
      String,
      "What the row is about, in the words of its group: of DAY and HOUR the instant at which it begins. Null for all of them, for " +
        "the rest, and for runs without a creation time.",
    ),
    isRest: always(Boolean, "True for what lies beyond the largest groups, together in one row."),
    intervalStart: orNull(
      DateTime,
      "When the stretch of time begins; null without one, and for runs without a creation time.",
    ),
    count: always(Int, "How many runs; executions on the server if servers are the group."),
    finalCount: always(Int, "How many of them are over."),
    failedCount: always(
      Int,
      "How many of them failed: of runs, those that are `FAILED` or `PARTIAL_FAILED` themselves.",
    ),
    failureRate: orNull(Float, "`failedCount` by `finalCount`, 0 to 1; null if none is over."),
    statusCounts: always([StatisticsStatusCount], "How many are in each state; states that do not occur are left out."),
    durationMs: orNull(Quantiles, "How long those took that tell it; null if none does."),
    latestTime: orNull(DateTime, "When the newest of them was handed in."),
    isComplete: always(
      Boolean,
      "False if runs that are meant may be missing: nobody has read them yet, their source fails or is too slow, or there are too many.",
    ),
  },
);

function toRow(row: Row, by: StatisticsGroup): StatisticsRow {
  const intervalStart = toInstant(row.intervalStart);
  return {
    ...row,
    key: by === "DAY" || by === "HOUR" ? intervalStart : row.key,
    intervalStart,
    failureRate: row.finalCount === 0 ? null : row.failedCount / row.finalCount,
    statusCounts: [...row.statusCounts].map(([status, count]) => ({ status, count })),
    latestTime: toInstant(row.latestTime),
  };
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
    return rows.map((row) => toRow(row, by));
  }
}
