import { ObjectType } from "type-graphql";

import { type OssDelivery as Delivery, type Execution as ExecutionRecord, isOutputKnown } from "#domain";
import { declareReads, declareShape, Node, orNull, toGlobalId, Value } from "../declarations/index.ts";
import { declareConnection } from "../lists/index.ts";
import type { Selection } from "../operation/index.ts";
import { Execution, type OrError } from "./execution.ts";
import { CommandOutput } from "./output.ts";

/** Delivery of the full output to object storage. */
export const OssDelivery = declareShape<Delivery>("OssDelivery", "Delivery of the full output to object storage.", {
  status: orNull(String, "How the delivery went, in the upstream's word."),
  uri: orNull(String, "Where the output lies."),
  errorCode: orNull(String, "The vendor's code of a delivery that failed."),
  errorInfo: orNull(String, "The vendor's text about a delivery that failed."),
});

/** What one execution left behind on one instance. */
@ObjectType("InvocationResult", {
  implements: Node,
  description: "What one execution left behind on one instance.",
})
export class InvocationResult extends Execution {
  #id: string | undefined;
  #output: CommandOutput | undefined;

  /**
   * @param execution which execution of a repeated command; null for the latest
   * @param unread why its output could not be read
   */
  constructor(
    record: ExecutionRecord,
    private readonly execution: string | null,
    private readonly unread: Error | null = null,
  ) {
    super(record);
  }

  override get id(): string {
    if (this.#id !== undefined) return this.#id;
    const { source, invokeId, instanceId } = this.record;
    this.#id = toGlobalId({ type: "InvocationResult", source, invokeId, instanceId, execution: this.execution });
    return this.#id;
  }

  @Value(() => CommandOutput, {
    nullable: true,
    description: "What it printed; null where there is none yet, and where `isOutputKnown` is false.",
  })
  get output(): OrError<CommandOutput | null> {
    const output = this.record.output;
    if (output == null) return this.unread;
    this.#output ??= new CommandOutput(output);
    return this.#output;
  }

  @Value(() => Boolean, {
    nullable: true,
    description:
      "False if it is over, or the upstream dropped its run before it was, and no answer told what it printed: " +
      "`output: null` then does not say that it printed nothing. An error if that could not be read now.",
  })
  get isOutputKnown(): OrError<boolean> {
    return this.record.output === undefined && this.unread !== null ? this.unread : isOutputKnown(this.record);
  }
}

declareReads<ExecutionRecord>(InvocationResult.prototype, {
  commandId: orNull(String, "Id of the command; null where the upstream does not say."),
  username: orNull(String, "The system user that executed it."),
  ossDelivery: orNull(OssDelivery, "Delivery of the full output to object storage; null where none was asked for."),
});

const latestResults = new WeakMap<ExecutionRecord, InvocationResult>();

/** What a record of the latest execution becomes: one object as long as the record lives, so that it is decoded once. */
export function resultOf(record: ExecutionRecord): InvocationResult {
  const known = latestResults.get(record);
  if (known !== undefined) return known;
  const result = new InvocationResult(record, null);
  latestResults.set(record, result);
  return result;
}

/** Pages of results. */
export const InvocationResultConnection = declareConnection({
  name: "InvocationResult",
  row: InvocationResult,
  plural: "results",
  hasSources: true,
});

/** True when a selection of a result needs what was printed. */
export function wantsOutput(result: Selection | null): boolean {
  return result?.hasAny("output", "isOutputKnown") ?? false;
}
