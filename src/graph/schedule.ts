import { ObjectType } from "type-graphql";

import type { ScheduleKind, Schedule as ScheduleRecord } from "#domain";
import { ScheduleKindEnum } from "./enums.ts";
import { Value } from "./value.ts";

/** When a timed run is due. */
@ObjectType("Schedule", { description: "When a timed run is due." })
export class Schedule {
  constructor(private readonly record: ScheduleRecord) {}

  @Value(() => ScheduleKindEnum, { description: "How it is scheduled." })
  get kind(): ScheduleKind {
    return this.record.kind;
  }

  @Value(() => String, { description: "The cron fields, the rate or the instant, as they were written." })
  get expression(): string {
    return this.record.expression;
  }

  @Value(() => String, { nullable: true, description: "The time zone it is meant in; null where none was written." })
  get timeZone(): string | null {
    return this.record.timeZone;
  }
}
