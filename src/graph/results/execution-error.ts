import { ObjectType } from "type-graphql";

import { describeExecutionError, type ExecutionErrorClass, type ExecutionError as Failure } from "#domain";
import { enumOf, Value } from "../declarations/index.ts";
import type { Guarded, GuardedPlace } from "../operation/index.ts";

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

/** Why an execution failed. */
@ObjectType("ExecutionError", { description: "Why an execution failed on an instance." })
export class ExecutionError implements Guarded {
  /** @param guardedPlace the execution that it belongs to */
  constructor(
    private readonly failure: Failure,
    readonly guardedPlace: GuardedPlace,
  ) {}

  @Value(() => String, {
    description:
      "The vendor's code; if only a text came, the one that its documents pair with the text, else `Unknown`.",
  })
  get code(): string {
    return this.failure.code;
  }

  @Value(() => ExecutionErrorClassEnum, { description: "Where to look first; groups the vendor's many codes." })
  get class(): ExecutionErrorClass {
    return describeExecutionError(this.failure.code).class;
  }

  @Value(() => String, { nullable: true, description: "The vendor's text, as it came." })
  get info(): string | null {
    return this.failure.info;
  }

  @Value(() => String, {
    nullable: true,
    description: "What usually helps, in the gateway's words; null for unknown codes.",
  })
  get remedy(): string | null {
    return describeExecutionError(this.failure.code).remedy;
  }
}
