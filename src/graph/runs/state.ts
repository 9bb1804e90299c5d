import { ObjectType } from "type-graphql";

import {
  durationMsOf,
  finishTimeOf,
  hasEnded,
  type Instant,
  type Invocation as InvocationRecord,
  type InvocationStatus,
  type ReadFrom as ReadFromRecord,
} from "#domain";
import {
  DateTime,
  declareSource,
  InvocationStatusEnum,
  Node,
  ReadFrom,
  SafeInt,
  Value,
} from "../declarations/index.ts";
import type { Guarded, GuardedPlace } from "../operation/index.ts";
import { Command } from "./command.ts";
import { consoleAddressOf } from "./console-address.ts";

/** What a run is and how it stands. Not a type of the schema: the run inherits its fields. */
@ObjectType("InvocationState", { description: "What a run is and how it stands." })
export abstract class InvocationState extends Node implements Guarded {
  readonly #command: Command;

  constructor(protected readonly record: InvocationRecord) {
    super();
    this.#command = new Command(record.command, this.guardedPlace);
  }

  /** Where it belongs; for the guard. */
  get guardedPlace(): GuardedPlace {
    const { source, invokeId, command } = this.record;
    return { source, invokeId, instanceId: null, commandName: command.name };
  }

  @Value(() => String, {
    description: "The upstream's id of the run, as `t-…`; unique within provider, account and region.",
  })
  get invokeId(): string {
    return this.record.invokeId;
  }

  @Value(() => Command, { description: "What was run." })
  get command(): Command {
    return this.#command;
  }

  @Value(() => InvocationStatusEnum, { description: "State of the whole run." })
  get status(): InvocationStatus {
    return this.record.status;
  }

  @Value(() => String, { nullable: true, description: "The upstream's own word for the status, untouched." })
  get rawStatus(): string | null {
    return this.record.rawStatus;
  }

  @Value(() => Boolean, {
    description:
      "True when the run will not change any more. False also while a server cannot be read on which it may have been: `status` is then what is known of it.",
  })
  get isFinal(): boolean {
    return hasEnded(this.record);
  }

  @Value(() => Boolean, {
    description:
      "True if the upstream does not know the run any more: three looks by its id found nothing, or it is over and a list was seen to end above it. This is how it was seen last.",
  })
  get isGoneUpstream(): boolean {
    return this.record.isGoneUpstream === true;
  }

  @Value(() => String, {
    nullable: true,
    description:
      "Where the vendor's console shows it; of SWAS, which has no page for a run, its first server. Null if no address is known. " +
      "`lookup(by: { consoleUrl })` is the way back.",
  })
  get consoleUrl(): string | null {
    return consoleAddressOf(this.record);
  }

  @Value(() => ReadFrom, {
    nullable: true,
    description: "Which answer of the upstream told it, for a ticket with its support; null if that is not known.",
  })
  get readFrom(): ReadFromRecord | null {
    return this.record.readFrom ?? null;
  }

  @Value(() => DateTime, { nullable: true, description: "When the run was handed in." })
  get creationTime(): Instant | null {
    return this.record.creationTime;
  }

  @Value(() => DateTime, {
    nullable: true,
    description:
      "When the run was over: the latest end on its instances. Null until it is final, and if no instance tells an end.",
  })
  get finishTime(): Instant | null {
    return finishTimeOf(this.record);
  }

  @Value(() => SafeInt, {
    nullable: true,
    description:
      "From the earliest start on its instances to `finishTime`, in milliseconds; null if either is missing or the end lies before " +
      "the start.",
  })
  get durationMs(): number | null {
    return durationMsOf(this.record);
  }
}

declareSource(InvocationState.prototype);
