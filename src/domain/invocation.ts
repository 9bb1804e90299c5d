import type { Source } from "./source.ts";
import type { InstanceInvocationStatus, InvocationStatus } from "./status.ts";

/**
 * An instant as `yyyy-MM-ddTHH:mm:ss.sssZ`, always UTC and always with milliseconds, so that instants compare as strings.
 */
export type Instant = string;

/** What kind of script a command holds; `UNKNOWN` for a word that this gateway does not know. */
export type CommandType = "RUN_SHELL_SCRIPT" | "RUN_BAT_SCRIPT" | "RUN_POWERSHELL_SCRIPT" | "UNKNOWN";

/** The command that a run executed, as far as the run's own record tells. */
export interface Command {
  readonly commandId: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly type: CommandType | null;
  /** Bytes of the script; null where there is none; undefined where they were not asked for and did not come along. */
  readonly content: Uint8Array | null | undefined;
  /** Set where the upstream's encoding of the script was not known, so that the same script may be read otherwise later. */
  readonly isGuess?: true;
  /** Hash of the redaction rules that were applied to the script and its description; absent if there were none. */
  readonly redactedBy?: string;
}

/** A label of a run. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Why an execution failed, in the vendor's words. */
export interface ExecutionError {
  /** The vendor's code; if only a text came, the one that its documents pair with it, else `Unknown`. */
  readonly code: string;
  readonly info: string | null;
}

/** What an execution printed. */
export interface Output {
  /** The bytes as the upstream gave them, after base64; if `isRedacted`, the redacted text as UTF-8. */
  readonly bytes: Uint8Array;
  /** Bytes the upstream cut away; null where it does not say. */
  readonly droppedBytes: number | null;
  /** Set where the upstream's encoding was not known, so that the same output may be read otherwise later. */
  readonly isGuess?: true;
  /** Set if it came otherwise than it should: no base64, no text, or with characters replaced that the upstream could not read. */
  readonly isDamaged?: true;
  /** Set if a redaction rule hid something. */
  readonly isRedacted?: true;
  /** Hash of the redaction rules that were applied; absent if there were none. */
  readonly redactedBy?: string;
}

/** Delivery of the full output to object storage, where it was asked for when the run was started. */
export interface OssDelivery {
  readonly status: string | null;
  readonly uri: string | null;
  readonly errorCode: string | null;
  readonly errorInfo: string | null;
}

/** The answer of the upstream that told what is shown; its support finds the request by the id. */
export interface ReadFrom {
  readonly requestId: string;
  /** When the answer came. */
  readonly asOf: Instant;
}

/** What is known of one execution of a command on one instance, whichever call told it. */
export interface Execution {
  readonly source: Source;
  readonly invokeId: string;
  readonly instanceId: string;
  readonly commandId: string | null;
  readonly status: InstanceInvocationStatus;
  /** The upstream's own word for the status, untouched. */
  readonly rawStatus: string | null;
  readonly startTime: Instant | null;
  readonly finishTime: Instant | null;
  readonly stopTime: Instant | null;
  /** Null until the execution is final. */
  readonly exitCode: number | null;
  readonly error: ExecutionError | null;
  readonly repeats: number | null;
  readonly username: string | null;
  /** Null where there is none yet; undefined where it was not asked for and did not come along. */
  readonly output: Output | null | undefined;
  /** What an earlier reading told of the output, if the last one did not tell it; the execution may have gone on since. */
  readonly pastOutput?: Output;
  /** Set if the output is known and was left out of this reading: `output` is undefined then. Never written. */
  readonly keptOutput?: Pick<Output, "isGuess">;
  readonly ossDelivery: OssDelivery | null;
  /** Hash of the redaction rules that were applied to its texts but the output; absent if there were none. */
  readonly redactedBy?: string;
  /** Set if it was not over when the upstream dropped its run. */
  readonly isGoneUpstream?: true;
  /** Null if the answer had no id; absent in what an older version kept. Later answers that told the same do not count. */
  readonly readFrom?: ReadFrom | null;
}

/** The latest state of a run on one instance. */
export interface InstanceInvocation extends Execution {
  readonly creationTime: Instant | null;
  readonly updateTime: Instant | null;
  /**
   * False where the call that told of it knows no more than ids, status and creation time (SWAS DescribeInvocations);
   * the rest, null here, then has to be asked for as a result.
   */
  readonly isComplete: boolean;
}

/** What one execution left behind on one instance. */
export interface InvocationResult extends Execution {
  /**
   * Which execution of a repeated command this is: null for the latest, else a text that is the same whenever the same
   * execution is read again.
   */
  readonly execution: string | null;
}

/** One run of a command on one or many instances. */
export interface Invocation {
  readonly source: Source;
  readonly invokeId: string;
  readonly command: Command;
  readonly status: InvocationStatus;
  /** The upstream's own word for the status, untouched. */
  readonly rawStatus: string | null;
  /** True if that word is an instance's: no record tells the run's own state, which is what its instances come to. */
  readonly isInstanceWord?: true;
  readonly creationTime: Instant | null;
  readonly parameters: Readonly<Record<string, unknown>> | null;
  readonly timed: boolean | null;
  readonly repeatMode: string | null;
  readonly frequency: string | null;
  readonly timeoutSeconds: number | null;
  readonly username: string | null;
  readonly workingDir: string | null;
  readonly tags: readonly Tag[];
  readonly containerId: string | null;
  readonly containerName: string | null;
  readonly launcher: string | null;
  readonly terminationMode: string | null;
  readonly ossOutputDelivery: string | null;
  readonly instances: readonly InstanceInvocation[];
  /** How many instances the upstream told of that cannot be shown; absent if there are none. */
  readonly missingInstances?: number;
  /** True if a list of one instance's runs alone told of the run: it may have other instances. */
  readonly isNarrowed?: true;
  /** True if it was read so soon after it was created that servers may not have told yet of their part in it. */
  readonly isEarly?: true;
  /** True while the list of a server cannot be read on which it may have been, too. Of the moment, and never kept. */
  readonly mayBeElsewhere?: true;
  /** Resource groups under which a list showed the run. No answer names them, so they are what was asked for. */
  readonly resourceGroupIds?: readonly string[];
  /** Hash of the redaction rules that were applied to the parameters and texts of the run itself; absent if there were none. */
  readonly redactedBy?: string;
  /** Set if the upstream was asked for the run and does not know it any more. */
  readonly isGoneUpstream?: true;
  /** As in {@link Execution}. */
  readonly readFrom?: ReadFrom | null;
}

/** The run, its instances included, apart from which answer told it and what it printed before: two readings of one state are then equal. */
export function withoutReadFrom(run: Invocation): Invocation {
  return {
    ...run,
    readFrom: null,
    instances: run.instances.map(({ pastOutput: _past, keptOutput: _kept, ...one }) => ({ ...one, readFrom: null })),
  };
}

/** A server that commands run on. */
export interface Instance {
  readonly source: Source;
  readonly instanceId: string;
  readonly name: string | null;
  readonly osType: string | null;
  readonly osName: string | null;
  readonly status: string | null;
  readonly privateIpAddresses: readonly string[] | null;
  readonly publicIpAddresses: readonly string[] | null;
}

/** The Cloud Assistant agent on a server. */
export interface AgentState {
  readonly source: Source;
  readonly instanceId: string;
  /** Whether it answers (ECS: a heartbeat within two minutes) or, where no more is known, whether it is there (SWAS). */
  readonly isReady: boolean | null;
  readonly version: string | null;
  readonly lastHeartbeatTime: Instant | null;
  readonly lastInvokedTime: Instant | null;
  readonly activeTaskCount: number | null;
}

/** Names one run. */
export interface InvocationRef {
  readonly source: Source;
  readonly invokeId: string;
}

/** Names one run on one instance. */
export interface InstanceInvocationRef extends InvocationRef {
  readonly instanceId: string;
}

/** Names one execution of a run on one instance; `execution` as in {@link InvocationResult}. */
export interface ResultRef extends InstanceInvocationRef {
  readonly execution: string | null;
}

/** Names one server. */
export interface InstanceRef {
  readonly source: Source;
  readonly instanceId: string;
}

/** True if nobody knows the output: it is neither here nor kept. */
export function lacksOutput({ output, keptOutput }: Pick<Execution, "output" | "keptOutput">): boolean {
  return output === undefined && keptOutput === undefined;
}

/** The run without what its instances printed, which counts as not read. Its other parts are shared. */
export function withoutOutputs(run: Invocation): Invocation {
  return { ...run, instances: run.instances.map(withoutOutput) };
}

function withoutOutput(instance: InstanceInvocation): InstanceInvocation {
  const { pastOutput, keptOutput, ...others } = instance;
  const hasNone = pastOutput === undefined && lacksOutput(instance);
  return hasNone ? instance : { ...others, output: undefined };
}
