import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { EmulatorKey } from "./call.ts";
import { ApiError } from "./errors.ts";
import type { WireRequest } from "./request.ts";

/** What a request says about who signed it, before anything is checked. */
interface Claim {
  readonly accessKeyId: string;
  readonly nonce: string;
  readonly date: string;
  readonly given: string;
  readonly token: string | undefined;
  readonly stringToSign: string;
  readonly computed: (secret: string) => string;
}

const WINDOW_MS = 15 * 60_000;
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const MANDATORY_V3 = ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"] as const;
const MANDATORY_V1 = "AccessKeyId Signature SignatureMethod SignatureVersion SignatureNonce Timestamp".split(" ");

/**
 * Checks who signed a request, when, and whether it was seen before; remembers nonces for the window in which a date is valid.
 * The verifier throws an ApiError of the vendor's common errors; `SignatureDoesNotMatch` carries the string to sign, as the real one does.
 */
export function createVerifier(
  keys: () => readonly EmulatorKey[],
  now: () => number,
): (request: WireRequest) => EmulatorKey {
  const seen = new Map<string, number>();

  function remember(claim: Claim): void {
    for (const [name, at] of seen) {
      if (now() - at <= 2 * WINDOW_MS) break;
      seen.delete(name);
    }
    const name = `${claim.accessKeyId} ${claim.nonce}`;
    if (seen.has(name)) throw new ApiError("SignatureNonceUsed");
    seen.set(name, now());
  }

  return (request) => {
    const claim = isV3(request) ? claimV3(request) : claimV1(request);
    checkDate(claim.date, now());
    const known = keys().filter((key) => key.accessKeyId === claim.accessKeyId);
    if (known.length === 0) throw new ApiError("InvalidAccessKeyId.NotFound");
    const key = known.find((candidate) => matches(claim, candidate.accessKeySecret));
    if (key === undefined) throw mismatch(claim);
    checkToken(key, claim.token, now());
    remember(claim);
    return key;
  };
}

function isV3(request: WireRequest): boolean {
  // The vendor's SDK sends the x-acs headers with version 1 too, so they alone say nothing.
  return (
    request.headers.authorization !== undefined || !(request.query.has("Signature") || request.form.has("Signature"))
  );
}

/** RFC 3986 over UTF-8, as both algorithms want it. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Parameters sorted by name and joined, with every name and value encoded. */
function canonicalQuery(parameters: Iterable<readonly [string, string]>): string {
  return [...parameters]
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
}

/** The request as ACS3 signs it (vendor's page "V3 request structure and signature"). */
function canonicalRequest(request: WireRequest, signedHeaders: readonly string[]): string {
  const headers = signedHeaders.map((name) => `${name}:${(request.headers[name] ?? "").trim()}\n`).join("");
  const payloadHash = createHash("sha256").update(request.body).digest("hex");
  return [request.method, "/", canonicalQuery(request.query), headers, signedHeaders.join(";"), payloadHash].join("\n");
}

function claimV3(request: WireRequest): Claim {
  const { headers } = request;
  const parts = /^ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(
    headers.authorization ?? "",
  );
  const signedHeaders = parts?.[2]?.split(";") ?? [];
  const isComplete = MANDATORY_V3.every((name) => headers[name] && signedHeaders.includes(name));
  const hasSignedType =
    headers["content-type"] === undefined || request.form.size === 0 || signedHeaders.includes("content-type");
  if (parts === null || !isComplete || !hasSignedType) throw new ApiError("IncompleteSignature");
  const canonical = canonicalRequest(request, signedHeaders);
  const stringToSign = `ACS3-HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
  return {
    accessKeyId: parts[1] ?? "",
    nonce: headers["x-acs-signature-nonce"] ?? "",
    date: headers["x-acs-date"] ?? "",
    given: parts[3] ?? "",
    token: headers["x-acs-security-token"],
    stringToSign,
    computed: (secret) => createHmac("sha256", secret).update(stringToSign).digest("hex"),
  };
}

function claimV1(request: WireRequest): Claim {
  const all = new Map([...request.query, ...request.form]);
  const value = (name: string) => all.get(name) ?? "";
  if (MANDATORY_V1.some((name) => value(name) === "")) throw new ApiError("IncompleteSignature");
  if (value("SignatureMethod") !== "HMAC-SHA1" || value("SignatureVersion") !== "1.0") {
    throw new ApiError("IncompleteSignature");
  }
  const canonical = canonicalQuery([...all].filter(([name]) => name !== "Signature"));
  const stringToSign = `${request.method}&${percentEncode("/")}&${percentEncode(canonical)}`;
  return {
    accessKeyId: value("AccessKeyId"),
    nonce: value("SignatureNonce"),
    date: value("Timestamp"),
    given: value("Signature"),
    token: all.get("SecurityToken"),
    stringToSign,
    computed: (secret) => createHmac("sha1", `${secret}&`).update(stringToSign).digest("base64"),
  };
}

function checkDate(date: string, now: number): void {
  if (!DATE.test(date)) throw new ApiError("InvalidTimeStamp.Format");
  if (!(Math.abs(Date.parse(date) - now) <= WINDOW_MS)) throw new ApiError("InvalidTimeStamp.Expired");
}

function checkToken(key: EmulatorKey, token: string | undefined, now: number): void {
  if (key.securityToken === undefined) {
    if (token) throw new ApiError("InvalidSecurityToken.MismatchWithAccessKey");
    return;
  }
  if (!token) throw new ApiError("MissingSecurityToken");
  if (token !== key.securityToken) throw new ApiError("InvalidSecurityToken.MismatchWithAccessKey");
  if (key.tokenExpiresAt !== undefined && now >= key.tokenExpiresAt) throw new ApiError("InvalidSecurityToken.Expired");
}

function matches(claim: Claim, secret: string): boolean {
  const computed = Buffer.from(claim.computed(secret));
  const given = Buffer.from(claim.given);
  return computed.length === given.length && timingSafeEqual(computed, given);
}

function mismatch(claim: Claim): ApiError {
  return new ApiError("SignatureDoesNotMatch", {
    message: `Specified signature is not matched with our calculation. server string to sign is:${claim.stringToSign}`,
  });
}
