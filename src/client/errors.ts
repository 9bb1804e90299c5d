import { ClientError } from "graphql-request";
import { nameFailedSource } from "./source-name.ts";

/** What kind of failure a call met, for programs that want to act on it. */
export type GatewayErrorKind =
  /** Nothing answered at the address. */
  | "UNREACHABLE"
  /** Something answered, but not with GraphQL. */
  | "NOT_GRAPHQL"
  /** The gateway wants other credentials. */
  | "REFUSED"
  /** The gateway's schema or list of allowed documents does not fit this client's version. */
  | "VERSION_MISMATCH"
  /** The gateway understood, and answered with errors. */
  | "GRAPHQL"
  /** There is no such thing, or none any more. */
  | "NOT_FOUND"
  /** The time was up before what was waited for came. */
  | "TIMEOUT";

/** One error of the answer. */
export interface GraphQLFailure {
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** `extensions.code`; null where the error has none. */
  readonly code: string | null;
  readonly extensions: Readonly<Record<string, unknown>>;
}

interface GatewayErrorDetails {
  readonly kind: GatewayErrorKind;
  readonly message: string;
  readonly httpStatus?: number;
  readonly failures?: readonly GraphQLFailure[];
  readonly data?: unknown;
}

/** A call that failed. The message is one or two sentences for people and holds no variable, header or answer body. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly kind: GatewayErrorKind;
  /** Null where nothing answered. */
  readonly httpStatus: number | null;
  /** The errors of the answer; empty unless it was GraphQL. */
  readonly failures: readonly GraphQLFailure[];
  /** What else the answer held, where only parts of it failed; null if nothing. */
  readonly data: unknown;

  constructor(details: GatewayErrorDetails) {
    super(details.message);
    this.kind = details.kind;
    this.httpStatus = details.httpStatus ?? null;
    this.failures = details.failures ?? [];
    this.data = details.data ?? null;
  }
}

/** Says what a failed call means; an abort comes back as it is. `address` is shown to people, so it holds no secret. */
export function toGatewayError(error: unknown, address: string): unknown {
  if (error instanceof ClientError) return toAnswerError(error.response, address);
  // By name, since what fetch throws may come from another realm (test runners, embedded contexts).
  const name = readText(error, "name");
  if (name === "AbortError" || name === "TimeoutError") return error;
  return name === "TypeError" ? unreachable(error, address) : notGraphQL(address, 200);
}

type Answer = Pick<ClientError["response"], "status" | "errors" | "data">;

const MISMATCH_CODES: ReadonlySet<string> = new Set([
  "GRAPHQL_VALIDATION_FAILED",
  "GRAPHQL_PARSE_FAILED",
  "PERSISTED_QUERY_NOT_FOUND",
  "PERSISTED_DOCUMENT_NOT_FOUND",
  "PERSISTED_DOCUMENTS_OFF",
  "PERSISTED_DOCUMENT_REQUIRED",
]);

/** Says what an answer with errors means, or one that is no GraphQL. */
export function toAnswerError({ status, errors, data }: Answer, address: string): GatewayError {
  const failures = readFailures(errors);
  const [first] = failures;
  if (status === 401 || status === 403) {
    const message = `${address} refused the call (${status}): pass the credentials that it expects as headers.`;
    return new GatewayError({ kind: "REFUSED", message, httpStatus: status, failures });
  }
  if (first === undefined) return notGraphQL(address, status);
  const isMismatch = first.code !== null && MISMATCH_CODES.has(first.code);
  return new GatewayError({
    kind: isMismatch ? "VERSION_MISMATCH" : "GRAPHQL",
    message: isMismatch ? describeMismatch(address, first) : describeFailures(failures),
    httpStatus: status,
    failures,
    data,
  });
}

function describeMismatch(address: string, { message }: GraphQLFailure): string {
  const cause = message.replace(/[.\s]+$/, "");
  return `The gateway at ${address} does not accept this client's question (${cause}). Use a client and a gateway of the same version.`;
}

function describeFailures(failures: readonly GraphQLFailure[]): string {
  const [first] = failures.map(describeFailure);
  const others = failures.length - 1;
  return others > 0 ? `${first} And ${others} more.` : (first ?? "");
}

/** One failure for people: which source it met, what happened, and the code. */
export function describeFailure({ message, code, extensions }: GraphQLFailure): string {
  const source = nameFailedSource(extensions);
  const sentence = code === null ? message : `${message} (${code})`;
  return source === null ? sentence : `${source}: ${sentence}`;
}

function readFailures(errors: Answer["errors"]): readonly GraphQLFailure[] {
  if (!Array.isArray(errors)) return [];
  return errors.map(({ message, path, extensions }) => ({
    message: String(message),
    path: path ?? [],
    code: readText(extensions, "code"),
    extensions: extensions ?? {},
  }));
}

function unreachable(error: unknown, address: string): GatewayError {
  const code = readText(readMember(error, "cause"), "code");
  return new GatewayError({
    kind: "UNREACHABLE",
    message: `Nothing answers at ${address}${code === null ? "" : ` (${code})`}: check the address, and that the gateway runs there.`,
  });
}

function readMember(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function readText(value: unknown, name: string): string | null {
  const text = readMember(value, name);
  return typeof text === "string" ? text : null;
}

/** What is said of an address at which something else answers. */
export function notGraphQL(address: string, httpStatus: number): GatewayError {
  const hint =
    new URL(address).pathname === "/graphql" ? "is this really the gateway?" : "a gateway's path is /graphql.";
  return new GatewayError({
    kind: "NOT_GRAPHQL",
    message: `${address} answered ${httpStatus}, but not with GraphQL: ${hint}`,
    httpStatus,
  });
}
