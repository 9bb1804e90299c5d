import { ObjectType } from "type-graphql";

import { readSchedule } from "#domain";
import { Tag } from "./command.ts";
import { InvocationState } from "./invocation-state.ts";
import { JsonObject, SafeInt } from "./scalars.ts";
import { Schedule } from "./schedule.ts";
import { Value } from "./value.ts";

/** How a run was asked for. Not a type of the schema: the run inherits its fields. */
@ObjectType("InvocationSettings", { description: "How a run was asked for." })
export abstract class InvocationSettings extends InvocationState {
  #tags: readonly Tag[] | undefined;

  @Value(() => JsonObject, { nullable: true, description: "Values of the command's parameters." })
  get parameters(): Readonly<Record<string, unknown>> | null {
    return this.record.parameters;
  }

  @Value(() => Boolean, { nullable: true, description: "True where it runs by a schedule or at every boot." })
  get timed(): boolean | null {
    return this.record.timed;
  }

  @Value(() => String, {
    nullable: true,
    description: "How it repeats: `Once`, `Period`, `NextRebootOnly`, `EveryReboot`.",
  })
  get repeatMode(): string | null {
    return this.record.repeatMode;
  }

  @Value(() => String, {
    nullable: true,
    description: "Its schedule: a cron expression, `rate(…)` or `at(…)`, with a time zone where one was given.",
  })
  get frequency(): string | null {
    return this.record.frequency;
  }

  @Value(() => Schedule, { nullable: true, description: "The frequency, taken apart; null where there is none." })
  get schedule(): Schedule | null {
    const schedule = readSchedule(this.record.frequency);
    return schedule === null ? null : new Schedule(schedule);
  }

  @Value(() => SafeInt, { nullable: true, description: "How long it may run on an instance, in seconds." })
  get timeoutSeconds(): number | null {
    return this.record.timeoutSeconds;
  }

  @Value(() => String, { nullable: true, description: "The system user it runs as." })
  get username(): string | null {
    return this.record.username;
  }

  @Value(() => String, { nullable: true, description: "The folder it runs in." })
  get workingDir(): string | null {
    return this.record.workingDir;
  }

  @Value(() => [Tag], { description: "Its labels." })
  get tags(): readonly Tag[] {
    this.#tags ??= this.record.tags.map((tag) => new Tag(tag));
    return this.#tags;
  }

  @Value(() => String, {
    nullable: true,
    description: "Id of the container it runs in; null where it runs on the server.",
  })
  get containerId(): string | null {
    return this.record.containerId;
  }

  @Value(() => String, { nullable: true, description: "Name of the container it runs in." })
  get containerName(): string | null {
    return this.record.containerName;
  }

  @Value(() => String, { nullable: true, description: "The program that starts the script, where one was named." })
  get launcher(): string | null {
    return this.record.launcher;
  }

  @Value(() => String, {
    nullable: true,
    description: "What ends with it when it is stopped: `Process` or `ProcessTree`.",
  })
  get terminationMode(): string | null {
    return this.record.terminationMode;
  }

  @Value(() => String, { nullable: true, description: "Where in object storage the full output is delivered to." })
  get ossOutputDelivery(): string | null {
    return this.record.ossOutputDelivery;
  }
}
