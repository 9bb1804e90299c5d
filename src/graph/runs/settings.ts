import { ObjectType } from "type-graphql";
import {
  hasSchedule,
  type Invocation as InvocationRecord,
  readSchedule,
  type Schedule as ScheduleRecord,
} from "#domain";
import {
  always,
  declareReads,
  declareShape,
  JsonObject,
  orNull,
  SafeInt,
  ScheduleKindEnum,
  Value,
} from "../declarations/index.ts";
import { Tag } from "./command.ts";
import { InvocationState } from "./state.ts";

/** How a run was asked for. Not a type of the schema: the run inherits its fields. */
@ObjectType("InvocationSettings", { description: "How a run was asked for." })
export abstract class InvocationSettings extends InvocationState {
  @Value(() => Boolean, {
    nullable: true,
    description: "True if it has a schedule or runs at a boot, also if that is over: what `filter.timed` means.",
  })
  get timed(): boolean | null {
    return hasSchedule(this.record) || this.record.timed;
  }

  @Value(() => Schedule, { nullable: true, description: "The frequency, taken apart; null where there is none." })
  get schedule(): ScheduleRecord | null {
    return readSchedule(this.record.frequency);
  }
}

declareReads<InvocationRecord>(InvocationSettings.prototype, {
  parameters: orNull(JsonObject, "Values of the command's parameters."),
  repeatMode: orNull(String, "How it repeats: `Once`, `Period`, `NextRebootOnly`, `EveryReboot`."),
  frequency: orNull(
    String,
    "Its schedule: a cron expression, `rate(…)` or `at(…)`, with a time zone where one was given.",
  ),
  timeoutSeconds: orNull(SafeInt, "How long it may run on an instance, in seconds."),
  username: orNull(String, "The system user it runs as."),
  workingDir: orNull(String, "The folder it runs in."),
  tags: always([Tag], "Its labels."),
  containerId: orNull(String, "Id of the container it runs in; null where it runs on the server."),
  containerName: orNull(String, "Name of the container it runs in."),
  launcher: orNull(String, "The program that starts the script, where one was named."),
  terminationMode: orNull(String, "What ends with it when it is stopped: `Process` or `ProcessTree`."),
  ossOutputDelivery: orNull(String, "Where in object storage the full output is delivered to."),
});

/** When a timed run is due. */
const Schedule = declareShape<ScheduleRecord>("Schedule", "When a timed run is due.", {
  kind: always(ScheduleKindEnum, "How it is scheduled."),
  expression: always(String, "The cron fields, the rate or the instant, as they were written."),
  timeZone: orNull(String, "The time zone it is meant in; null where none was written."),
});
