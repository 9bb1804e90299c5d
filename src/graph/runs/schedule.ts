import type { Schedule as ScheduleRecord } from "#domain";
import { always, declareShape, orNull, ScheduleKindEnum } from "../declarations/index.ts";

/** When a timed run is due. */
export const Schedule = declareShape<ScheduleRecord>("Schedule", "When a timed run is due.", {
  kind: always(ScheduleKindEnum, "How it is scheduled."),
  expression: always(String, "The cron fields, the rate or the instant, as they were written."),
  timeZone: orNull(String, "The time zone it is meant in; null where none was written."),
});
