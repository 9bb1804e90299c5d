import { createHash, createHmac } from "node:crypto";
import type { Credential } from "../keys/index.ts";

const ALGORITHM = "ACS3-HMAC-SHA256";
const EMPTY_BODY_HASH = createHash("sha256").update("").digest("hex");

/** A request in the form in which it is signed. */
export interface SignableRequest {
  readonly method: string;
  readonly path: string;
  /** Encoded and sorted, as {@link toCanonicalQuery} makes it. */
  readonly query: string;
  /** Lower-case names; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case hex SHA-256 of the body. */
  readonly payloadHash: string;
}

/** What tells one call from the next. */
export interface CallHeaders {
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly action: string;
  readonly version: string;
  /** Epoch milliseconds as the upstream's clock has it; the vendor accepts about 15 minutes of difference. */
  readonly dateMs: number;
  /** Never the same twice, not even when an attempt is repeated. */
  readonly nonce: string;
}

/** True if every part may stand in a header; keys out of files often end in a line feed. */
export function isSendable({ accessKeyId, accessKeySecret, securityToken }: Credential): boolean {
  return [accessKeyId, accessKeySecret, securityToken ?? "-"].every((part) => /^[!-~]+$/.test(part));
}

/** Headers of a POST with an empty body, with its ACS3-HMAC-SHA256 signature (the vendor's "V3 request structure and signature"). */
export function createSignedHeaders(call: CallHeaders, credential: Credential): Record<string, string> {
  const headers: Record<string, string> = {
    host: call.host,
    "x-acs-action": call.action,
    "x-acs-content-sha256": EMPTY_BODY_HASH,
    "x-acs-date": `${new Date(call.dateMs).toISOString().slice(0, 19)}Z`,
    "x-acs-signature-nonce": call.nonce,
    "x-acs-version": call.version,
  };
  if (credential.securityToken !== null) {
    headers["x-acs-accesskey-id"] = credential.accessKeyId;
    headers["x-acs-security-token"] = credential.securityToken;
  }
  const request = { method: "POST", path: call.path, query: call.query, headers, payloadHash: EMPTY_BODY_HASH };
  headers.authorization = authorize(request, credential);
  return headers;
}

/** Value of the header `authorization`. */
export function authorize(request: SignableRequest, credential: Credential): string {
  const signature = createHmac("sha256", credential.accessKeySecret)
    .update(`${ALGORITHM}\n${hashCanonicalRequest(request)}`)
    .digest("hex");
  const signedHeaders = Object.keys(request.headers).sort().join(";");
  return `${ALGORITHM} Credential=${credential.accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

/** Lower-case hex SHA-256 of the canonical request. */
export function hashCanonicalRequest(request: SignableRequest): string {
  const names = Object.keys(request.headers).sort();
  const lines = names.map((name) => `${name}:${(request.headers[name] ?? "").trim()}\n`).join("");
  return createHash("sha256")
    .update(
      `${request.method}\n${request.path}\n${request.query}\n${lines}\n${names.join(";")}\n${request.payloadHash}`,
    )
    .digest("hex");
}
