import { GatewayError, type GatewayErrorKind } from "cloud-assistant-gateway/client";

/** What went wrong, as far as the reader can act on it. */
export type FailureKind = Exclude<GatewayErrorKind, "NOT_FOUND" | "TIMEOUT"> | "FORBIDDEN" | "BAD_ID" | "UNEXPECTED";

/** A failure in one word, and what the gateway said about it; null when it said nothing that the word does not say. */
export interface DescribedFailure {
  readonly kind: FailureKind;
  readonly said: string | null;
}

const BAD_ID_CODES: ReadonlySet<string> = new Set(["BAD_USER_INPUT", "INVALID_CURSOR"]);

/** Reads whatever a question failed with. */
export function describeFailure(error: unknown): DescribedFailure {
  if (error instanceof GatewayError) {
    const [first] = error.failures;
    if (error.httpStatus === 401) return { kind: "REFUSED", said: first?.message ?? null };
    if (error.httpStatus === 403) return { kind: "FORBIDDEN", said: first?.message ?? null };
    // Helpers that wait for a run say these; the page does not use them.
    if (error.kind === "NOT_FOUND" || error.kind === "TIMEOUT") return { kind: "UNEXPECTED", said: error.message };
    if (error.kind !== "GRAPHQL")
      return { kind: error.kind, said: error.kind === "UNREACHABLE" ? null : error.message };
    return fromCode(first?.code ?? null, error.message);
  }
  if (isGraphQLFailure(error))
    return fromCode(error.code, `${error.message}${error.code === null ? "" : ` (${error.code})`}`);
  return { kind: "UNEXPECTED", said: null };
}

/** True if another reader, or one who signs in, may get an answer. */
export function isAboutIdentity({ kind }: DescribedFailure): boolean {
  return kind === "REFUSED" || kind === "FORBIDDEN";
}

function fromCode(code: string | null, said: string): DescribedFailure {
  if (code === null) return { kind: "GRAPHQL", said };
  if (code === "UNAUTHENTICATED") return { kind: "REFUSED", said };
  if (code === "FORBIDDEN") return { kind: "FORBIDDEN", said };
  return { kind: BAD_ID_CODES.has(code) ? "BAD_ID" : "GRAPHQL", said };
}

function isGraphQLFailure(error: unknown): error is { readonly message: string; readonly code: string | null } {
  return typeof error === "object" && error !== null && "message" in error && "code" in error && "path" in error;
}
