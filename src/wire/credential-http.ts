import { got } from "got";
import type { Agents } from "./transport/index.ts";

/** A request as the providers of `@alicloud/credentials` make it. */
export interface CredentialRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyForm?: Readonly<Record<string, string>> | undefined;
  readonly connectTimeout?: number | undefined;
  readonly readTimeout?: number | undefined;
  toRequestURL(): string;
}

/** An answer as they read it. */
export interface CredentialResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Carries the requests of credential sources. Rejects for an answer over 64 KB, or after the provider's own time, at most 10 s. */
export type CredentialHttp = (request: CredentialRequest) => Promise<CredentialResponse>;

const MAX_ANSWER_BYTES = 65_536;
const LONGEST_MS = 10_000;

/** Sends over the connections of the wire, so that proxies and limits hold for credential sources too. */
export function createCredentialHttp(agents: Agents): CredentialHttp {
  const client = got.extend({
    decompress: false,
    followRedirect: false,
    responseType: "buffer",
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  return async (request) => {
    const url = request.toRequestURL();
    const connect = Math.min(request.connectTimeout ?? LONGEST_MS, LONGEST_MS);
    const controller = new AbortController();
    const promise = client(url, {
      method: request.method as "GET" | "POST" | "PUT",
      headers: { ...request.headers },
      ...(request.bodyForm && Object.keys(request.bodyForm).length > 0 && { body: toForm(request.bodyForm) }),
      agent: agents.agentsFor(url).agent,
      signal: controller.signal,
      timeout: { connect, request: Math.min(connect + (request.readTimeout ?? LONGEST_MS), LONGEST_MS) },
    });
    promise.on("downloadProgress", ({ transferred, total }) => {
      if (Math.max(transferred, total ?? 0) > MAX_ANSWER_BYTES) controller.abort();
    });
    const { statusCode, headers, rawBody } = await promise.catch((error: unknown) => {
      throw controller.signal.aborted
        ? Object.assign(new Error("The answer is too large"), { code: "TOO_LARGE" })
        : error;
    });
    return { statusCode, headers, body: Buffer.from(rawBody) };
  };
}

/** The form as the providers sign it. */
function toForm(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");
}
