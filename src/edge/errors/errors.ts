import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from "graphql";

import { InputError, type SourceErrorCode, UpstreamError } from "#domain";
import type { Logger } from "../telemetry/index.ts";

const UPSTREAM_CODES: Readonly<Record<SourceErrorCode, string>> = {
  THROTTLED: "UPSTREAM_THROTTLED",
  TIMEOUT: "UPSTREAM_TIMEOUT",
  UNREACHABLE: "UPSTREAM_UNREACHABLE",
  FORBIDDEN: "UPSTREAM_FORBIDDEN",
  UNAUTHENTICATED: "UPSTREAM_UNAUTHENTICATED",
  NOT_SUPPORTED: "UPSTREAM_NOT_SUPPORTED",
  // What is gone is null and no error: where this class still arrives here, the upstream contradicted itself.
  NOT_FOUND: "UPSTREAM_BAD_RESPONSE",
  BAD_REQUEST: "UPSTREAM_BAD_REQUEST",
  BAD_RESPONSE: "UPSTREAM_BAD_RESPONSE",
  UNAVAILABLE: "UPSTREAM_UNAVAILABLE",
  UNKNOWN: "UPSTREAM_UNAVAILABLE",
};

const INTERNAL = "INTERNAL_SERVER_ERROR";
const MOST_CHARACTERS = 1_000;

/** What a client gets for anything thrown, and whether it was our own fault. */
export interface ErrorResponse {
  readonly formatted: GraphQLFormattedError;
  /** What was thrown where nobody foresaw it, for the log alone; null for an error with a meaning. */
  readonly internal: unknown;
}

/**
 * The one place where anything thrown becomes a response. Errors with a meaning keep their message and say their code in
 * `extensions`; all others become "Internal error", since their texts may hold paths, names of modules or worse.
 */
export function toErrorResponse(error: unknown): ErrorResponse {
  const told = meaningOf(error);
  const place = error instanceof GraphQLError ? placeOf(error) : {};
  if (told === null) {
    const formatted = { message: "Internal error", ...place, extensions: { code: INTERNAL } };
    return { formatted, internal: causeOf(error) ?? "nothing was thrown" };
  }
  return { formatted: { message: cut(told.message), ...place, extensions: told.extensions }, internal: null };
}

/** The codes of a result's errors, each once. */
export function codesOf({ errors = [] }: Pick<FormattedExecutionResult, "errors">): readonly string[] {
  return [...new Set(errors.map(({ extensions }) => String(extensions?.code ?? "UNKNOWN")))];
}

/** Writes an error that nobody foresaw to the log, which alone may know its text. */
export function logInternal(logger: Logger, requestId: string, error: unknown): void {
  const { internal, formatted } = toErrorResponse(error);
  if (internal !== null) logger.error({ requestId, path: formatted.path?.join("."), err: internal }, "internal error");
}

interface Meaning {
  readonly message: string;
  readonly extensions: Record<string, unknown>;
}

function meaningOf(error: unknown): Meaning | null {
  const cause = causeOf(error);
  if (cause instanceof UpstreamError) return { message: cause.message, extensions: upstreamExtensions(cause) };
  if (cause instanceof InputError) {
    const extensions = {
      code: cause.code,
      ...(cause.argument === null ? {} : { argument: cause.argument }),
      ...cause.met,
    };
    return { message: cause.message, extensions };
  }
  return error instanceof GraphQLError ? graphqlMeaning(error, cause) : null;
}

function upstreamExtensions(error: UpstreamError): Record<string, unknown> {
  return {
    code: UPSTREAM_CODES[error.code],
    provider: error.source.provider,
    account: error.source.account,
    regionId: error.source.regionId,
    upstreamCode: error.upstreamCode,
    requestId: error.requestId,
    retryable: error.retryable,
  };
}

// Before execution (without a path) the GraphQL library wraps what a scalar threw and says it with the place; during execution
// a wrapped foreign error may say anything, and errors without a code are about values that break the schema.
function graphqlMeaning(error: GraphQLError, cause: unknown): Meaning | null {
  const { http: _http, stacktrace: _stacktrace, ...extensions } = error.extensions ?? {};
  const isOurs = error.path === undefined || cause instanceof GraphQLError;
  if (!isOurs) return null;
  if (typeof extensions.code === "string") {
    // The engine gives every broken rule the same code, and keeps the rule's own with the original error.
    const own = cause instanceof GraphQLError ? cause.extensions.code : undefined;
    const code = typeof own === "string" ? own : extensions.code;
    return code === INTERNAL ? null : { message: error.message, extensions: { ...extensions, code } };
  }
  // Variables that do not fit are found before anything is executed, so without a path; the engine has coded those of its own.
  const isVariable = error.path === undefined && error.message.startsWith('Variable "$');
  if (isVariable || error.message.startsWith('Argument "')) {
    return { message: error.message, extensions: { ...extensions, code: "BAD_USER_INPUT" } };
  }
  return null;
}

function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError != null) cause = cause.originalError;
  return cause;
}

function placeOf(error: GraphQLError): Pick<GraphQLFormattedError, "locations" | "path"> {
  const { locations, path } = error;
  return { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
}

// Messages of the GraphQL library repeat the value that came, however long it is.
function cut(message: string): string {
  return message.length <= MOST_CHARACTERS ? message : `${message.slice(0, MOST_CHARACTERS)}…`;
}
