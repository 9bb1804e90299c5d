import type { InvocationRef } from "./invocation.ts";
import type { Source } from "./source.ts";

/** What went wrong with one source, in classes that a client can act on. */
export type SourceErrorCode =
  | "THROTTLED"
  | "TIMEOUT"
  | "UNREACHABLE"
  | "FORBIDDEN"
  | "UNAUTHENTICATED"
  | "NOT_SUPPORTED"
  | "NOT_FOUND"
  | "BAD_REQUEST"
  | "BAD_RESPONSE"
  | "UNAVAILABLE"
  | "UNKNOWN";

/** What is told about a failed upstream call. Never a secret, a signature, a string to sign or an upstream body. */
export interface UpstreamFailure {
  readonly code: SourceErrorCode;
  /** One sentence in our own words. */
  readonly message: string;
  readonly source: Source;
  readonly action: string;
  /** The upstream's own code. */
  readonly upstreamCode: string | null;
  readonly httpStatus: number | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
  /** How long to wait before asking again, where that is known. */
  readonly retryAfterMs: number | null;
  /** True when the gateway itself did not make a refresh, to keep within the quota; absent for all that the upstream said. */
  readonly isPaced?: boolean;
  /** True when the answer was more than is read of one, so that to ask for less may help; absent else. */
  readonly isTooLarge?: boolean;
  /** True when the upstream's code does not tell whether the account or an argument is refused; absent else. */
  readonly isUnspecific?: boolean;
}

/** A call to an upstream that failed for good. Born in `wire` (transport, codes) and in the adapters (answers that cannot be read). */
export class UpstreamError extends Error implements UpstreamFailure {
  override readonly name = "UpstreamError";
  readonly code: SourceErrorCode;
  readonly source: Source;
  readonly action: string;
  readonly upstreamCode: string | null;
  readonly httpStatus: number | null;
  readonly requestId: string | null;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  declare readonly isPaced?: boolean;
  declare readonly isTooLarge?: boolean;
  declare readonly isUnspecific?: boolean;
  /** True once it is known that this question alone was refused: it says nothing of the source, and the same question fails again. */
  declare isOfQuestion?: boolean;
  /** True with `NOT_SUPPORTED` of a source that answered such questions before: what was asked for may be there all the same. */
  declare wasOffered?: boolean;

  constructor(failure: UpstreamFailure) {
    super(failure.message);
    this.code = failure.code;
    this.source = failure.source;
    this.action = failure.action;
    this.upstreamCode = failure.upstreamCode;
    this.httpStatus = failure.httpStatus;
    this.requestId = failure.requestId;
    this.retryable = failure.retryable;
    this.retryAfterMs = failure.retryAfterMs;
    if (failure.isPaced) this.isPaced = true;
    if (failure.isTooLarge) this.isTooLarge = true;
    if (failure.isUnspecific) this.isUnspecific = true;
  }
}

/** True for an answer that may refuse an argument alone: it says nothing of the keys, the rights or the service. */
export function mayRefuseArgument({ code, isUnspecific }: UpstreamFailure): boolean {
  return (
    code === "BAD_REQUEST" || code === "NOT_FOUND" || (isUnspecific === true && ["FORBIDDEN", "UNKNOWN"].includes(code))
  );
}

/** True if the source does not offer what was asked for. False if it may answer once it is asked in another way. */
export function isLackOfOffer({ code, retryable }: Pick<UpstreamFailure, "code" | "retryable">): boolean {
  return code === "NOT_SUPPORTED" && !retryable;
}

/** Codes of requests that cannot be carried out as they were asked; all but the last two are refused before any upstream call. */
export type InputErrorCode =
  | "BAD_USER_INPUT"
  | "INVALID_CURSOR"
  | "CURSOR_EXPIRED"
  | "LIMIT_EXCEEDED"
  | "COST_LIMIT_EXCEEDED"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND";

/** Which limit was met, and how much it allows. */
export interface MetLimit {
  readonly limit: string;
  readonly max: number;
  /** How much came, or would have come, when counting stopped. */
  readonly actual?: number;
}

/**
 * A request that cannot be carried out as it was asked: says which argument, what was expected and what came. Has no stack: one
 * operation can make a hundred of them, and to write their stacks takes ten times as long as all else about them.
 */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code: InputErrorCode;
  /** The argument's name as the schema spells it; null where it concerns none. */
  readonly argument: string | null;
  /** With `LIMIT_EXCEEDED`; null otherwise. */
  readonly met: MetLimit | null;

  constructor(code: InputErrorCode, message: string, argument: string | null = null, met: MetLimit | null = null) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    // The language wants this call to be a statement of its own, which `withoutStack` cannot hold.
    super(message);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.argument = argument;
    this.met = met;
  }
}

/** Why an operation ends whose client has gone before it was answered. Nobody is told; it has a code, since it is no fault of the gateway. */
export class ClientGoneError extends InputError {
  constructor() {
    super("DEADLINE_EXCEEDED", "The operation ended before this was answered.");
  }
}

/** Makes errors that note no stack, which costs more than all else about an error. */
export function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** A failure of a source that no upstream told of: the gateway broke off, and asking again may help. */
export function createOwnFailure(source: Source, code: SourceErrorCode, message: string): UpstreamError {
  return new UpstreamError({
    code,
    message,
    source,
    action: "",
    upstreamCode: null,
    httpStatus: null,
    requestId: null,
    retryable: true,
    retryAfterMs: null,
  });
}

/** What a watch of a run ends with that is not there; the same whether it is gone or not the caller's. */
export function createGoneError({ invokeId, source }: InvocationRef): InputError {
  const place = `${source.provider} in ${source.regionId}`;
  return new InputError("NOT_FOUND", `There is no run ${invokeId} of ${place} (any more).`, "id");
}
