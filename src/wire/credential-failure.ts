import type { CredentialHttp, CredentialResponse } from "./credential-http.ts";
import { CredentialSourceError, readErrorCode, readVendorCode } from "./keys/index.ts";

/** A network that remembers how its last request ended: what providers say of a failure holds the whole answer, keys included. */
export interface WatchedHttp {
  readonly http: CredentialHttp;
  /** Before a question that may need no request. */
  forget(): void;
  /** Why the last request gave no keys; null if there was none, or nothing is wrong with its answer. */
  explain(): CredentialSourceError | null;
}

/** Watches the requests of one credential source. */
export function watchHttp(http: CredentialHttp): WatchedHttp {
  let explain: WatchedHttp["explain"] = () => null;
  return {
    http: async (request) => {
      try {
        const response = await http(request);
        explain = () => judge(response);
        return response;
      } catch (error) {
        explain = () => new CredentialSourceError(readErrorCode(error) ?? "no answer", true);
        throw error;
      }
    },
    forget() {
      explain = () => null;
    },
    explain: () => explain(),
  };
}

const FIELDS = ["AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"] as const;

function judge({ statusCode, body }: CredentialResponse): CredentialSourceError | null {
  const text = body.toString("utf8");
  const code = readVendorCode(text);
  if (statusCode >= 500 || statusCode === 429) return new CredentialSourceError(`HTTP ${statusCode}`, true);
  if (statusCode !== 200) {
    return new CredentialSourceError(code ?? `HTTP ${statusCode}`, code !== null && /^Throttling/i.test(code));
  }
  if (code !== null && code !== "Success") return new CredentialSourceError(code, true);
  try {
    const answer = Object(JSON.parse(text));
    const keys = Object(answer.Credentials ?? answer);
    const missing = FIELDS.find((field) => !keys[field]);
    return missing === undefined ? null : new CredentialSourceError(`the answer has no ${missing}`, true);
  } catch {
    return new CredentialSourceError("the answer is not JSON", true);
  }
}
