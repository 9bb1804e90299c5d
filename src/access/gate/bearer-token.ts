import { errors, type JWTPayload, jwtVerify } from "jose";
import type { Clock } from "#domain";
import type { OidcSettings } from "../file/index.ts";
import { type Identity, toName } from "./identity.ts";
import { type KeySet, KeysUnavailableError } from "./key-set.ts";
import { type Refusal, refuseBad, refuseForNow } from "./refusal.ts";

/** An issuer and its keys. */
export interface Issuer {
  readonly settings: OidcSettings;
  readonly keys: KeySet;
}

// How far clocks of two machines may be apart.
const CLOCK_TOLERANCE_SECONDS = 30;
// Tokens that are made for something else, as those that end a session, are no credentials.
const TOKEN_TYPES = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"];
const MAX_ROLES = 1000;

/** Verifies a JWT: its issuer, algorithm, signature, audience and times. */
export async function verifyToken(
  token: string,
  issuers: readonly Issuer[],
  clock: Clock,
): Promise<Identity | Refusal> {
  const claimed = readIssuer(token);
  const candidates = issuers.filter(({ settings }) => settings.issuer === claimed);
  if (candidates.length === 0) return refuseBad("the token's issuer is none of the access file's");
  let refusal: Refusal = refuseBad("no issuer took the token");
  for (const issuer of candidates) {
    const result = await verifyWith(token, issuer, clock);
    if ("knownBy" in result) return result;
    refusal = result;
  }
  return refusal;
}

async function verifyWith(token: string, { settings, keys }: Issuer, clock: Clock): Promise<Identity | Refusal> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, (header) => keys.keyFor(header), {
      issuer: settings.issuer,
      audience: [...settings.audience],
      algorithms: [...settings.algorithms],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    });
    if (protectedHeader.typ !== undefined && !TOKEN_TYPES.includes(protectedHeader.typ.toLowerCase())) {
      return refuseBad("the token is of a type that is no credential");
    }
    return toIdentity(payload, settings);
  } catch (error) {
    if (error instanceof KeysUnavailableError) return refuseForNow("unavailable", error.message, 5000);
    return refuseBad(describeFault(error, clock));
  }
}

function toIdentity(payload: JWTPayload, settings: OidcSettings): Identity | Refusal {
  const { sub, exp } = payload;
  if (typeof sub !== "string" || sub === "" || exp === undefined)
    return refuseBad("the token names nobody or has no end");
  const name = claimOf(payload, settings.nameClaim);
  return {
    id: `oidc ${settings.issuer} ${sub}`,
    name: toName(typeof name === "string" && name.trim() !== "" ? name : sub),
    knownBy: "oidc",
    roles: toRoles(claimOf(payload, settings.rolesClaim)),
    expiresAt: exp * 1000,
  };
}

function toRoles(claim: unknown): readonly string[] {
  const roles = typeof claim === "string" ? claim.split(/\s+/) : Array.isArray(claim) ? claim : [];
  return roles.filter((role): role is string => typeof role === "string" && role !== "").slice(0, MAX_ROLES);
}

/** The claim of this name, dots included; else the one that the dots lead to. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name.split(".").reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    return (value as Record<string, unknown>)[step];
  }, payload);
}

/** The issuer that the token claims, which is what decides whose keys it is checked with. Nothing is believed yet. */
function readIssuer(token: string): unknown {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof payload === "object" && payload !== null && "iss" in payload ? payload.iss : undefined;
  } catch {
    return undefined;
  }
}

function describeFault(error: unknown, clock: Clock): string {
  const now = new Date(clock.now()).toISOString();
  if (error instanceof errors.JWTExpired) return `the token has expired (this machine's time is ${now})`;
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "nbf") {
    return `the token is not valid yet (this machine's time is ${now}; is its clock right?)`;
  }
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's claim ${error.claim} is not as it has to be`;
  if (error instanceof errors.JOSEError) return `the token is not accepted (${error.code})`;
  return "the token cannot be verified";
}
