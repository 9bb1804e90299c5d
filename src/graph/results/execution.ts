import { ObjectType } from "type-graphql";
import {
  describeExecutionError,
  type ExecutionErrorClass,
  type Execution as ExecutionRecord,
  type ExecutionError as Failure,
  type InstanceInvocationStatus,
  type Instant,
  isFinalInstanceStatus,
  msBetween,
  type ReadFrom as ReadFromRecord,
} from "#domain";
import {
  always,
  DateTime,
  declareShape,
  enumOf,
  InstanceInvocationStatusEnum,
  Node,
  orNull,
  ReadFrom,
  SafeInt,
  Value,
} from "../declarations/index.ts";
import type { Guarded, GuardedPlace } from "../operation/index.ts";

/** What a field gives: its value, or the error that it met alone. */
export type OrError<Value> = Value | Error;

/**
 * The fields that a run on one instance and a result of it have in common. Not a type of the schema: the two types inherit
 * its fields.
 */
@ObjectType("ExecutionFields", { description: "Fields of everything that was executed on one instance." })
export abstract class Execution extends Node implements Guarded {
  #error: ExecutionError | undefined;
  #durationMs: number | null | undefined;

  /** What identifies the execution, and its state. */
  protected readonly record: ExecutionRecord;

  constructor(record: ExecutionRecord) {
    super();
    this.record = record;
  }

  @Value(() => String, { description: "Id of the run." })
  get invokeId(): string {
    return this.record.invokeId;
  }

  @Value(() => String, { description: "Id of the server." })
  get instanceId(): string {
    return this.record.instanceId;
  }

  @Value(() => InstanceInvocationStatusEnum, { description: "State on this instance." })
  get status(): InstanceInvocationStatus {
    return this.stated.status;
  }

  @Value(() => String, { nullable: true, description: "The upstream's own word for the status, untouched." })
  get rawStatus(): string | null {
    return this.stated.rawStatus;
  }

  @Value(() => Boolean, { description: "True when nothing here will change any more." })
  get isFinal(): boolean {
    return isFinalInstanceStatus(this.stated.status);
  }

  @Value(() => DateTime, { nullable: true, description: "When it started on the instance." })
  get startTime(): OrError<Instant | null> {
    return this.read("startTime");
  }

  @Value(() => DateTime, { nullable: true, description: "When it ended on the instance." })
  get finishTime(): OrError<Instant | null> {
    return this.read("finishTime");
  }

  @Value(() => DateTime, { nullable: true, description: "When somebody asked to stop it." })
  get stopTime(): OrError<Instant | null> {
    return this.read("stopTime");
  }

  @Value(() => SafeInt, {
    nullable: true,
    description: "From start to end in milliseconds; null where either is missing or the end lies before the start.",
  })
  get durationMs(): OrError<number | null> {
    const details = this.details;
    if (details instanceof Error) return details;
    if (this.#durationMs === undefined) this.#durationMs = msBetween(details.startTime, details.finishTime);
    return this.#durationMs;
  }

  @Value(() => SafeInt, { nullable: true, description: "The script's exit code; null until the execution is final." })
  get exitCode(): OrError<number | null> {
    return this.read("exitCode");
  }

  @Value(() => ExecutionError, { nullable: true, description: "Why it failed; null where it did not." })
  get error(): OrError<ExecutionError | null> {
    const failure = this.read("error");
    if (failure === null || failure instanceof Error) return failure;
    this.#error ??= { ...failure, ...describeExecutionError(failure.code), guardedPlace: this.guardedPlace };
    return this.#error;
  }

  @Value(() => SafeInt, { nullable: true, description: "How many times it has been executed on this instance." })
  get repeats(): OrError<number | null> {
    return this.read("repeats");
  }

  @Value(() => ReadFrom, {
    nullable: true,
    description: "Which answer of the upstream told it, for a ticket with its support; null if that is not known.",
  })
  get readFrom(): ReadFromRecord | null {
    return this.stated.readFrom ?? null;
  }

  /** Where it belongs; for the guard. Results know no command's name. */
  get guardedPlace(): GuardedPlace {
    const { source, invokeId, instanceId } = this.record;
    return { source, invokeId, instanceId, commandName: undefined };
  }

  /** The record that knows times, exit code and error; an error where it could not be read. */
  protected get details(): OrError<ExecutionRecord> {
    return this.record;
  }

  /** The record whose exit code is shown says how it stands, too. */
  private get stated(): ExecutionRecord {
    const details = this.details;
    return details instanceof Error ? this.record : details;
  }

  /** One member of the details. */
  protected read<Field extends keyof ExecutionRecord>(field: Field): OrError<ExecutionRecord[Field]> {
    const details = this.details;
    return details instanceof Error ? details : details[field];
  }
}

const ExecutionErrorClassEnum = enumOf<ExecutionErrorClass>(
  "ExecutionErrorClass",
  "Where to look first when an execution failed.",
  {
    INSTANCE: "The server: stopped, gone, of another system, or not reachable.",
    AGENT: "The Cloud Assistant agent on the server: missing, offline or too old.",
    COMMAND: "The command itself: its script, interpreter, parameters, folder or user.",
    PERMISSION: "Rights: on the account or on the server.",
    TIMEOUT: "It ran or waited longer than it was allowed to.",
    EXIT_CODE: "The script ran to its end and said itself that it failed.",
    UNKNOWN: "The vendor's code is not in the gateway's table.",
  },
);

/** Why an execution failed, and the execution that it belongs to. */
interface ExecutionError extends Failure, Guarded {
  readonly class: ExecutionErrorClass;
  readonly remedy: string | null;
}

const ExecutionError = declareShape<ExecutionError>("ExecutionError", "Why an execution failed on an instance.", {
  code: always(
    String,
    "The vendor's code; if only a text came, the one that its documents pair with the text, else `Unknown`.",
  ),
  class: always(ExecutionErrorClassEnum, "Where to look first; groups the vendor's many codes."),
  info: orNull(String, "The vendor's text, as it came."),
  remedy: orNull(String, "What usually helps, in the gateway's words; null for unknown codes."),
});
