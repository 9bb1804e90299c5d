/** Somewhere to sign in, as the gateway's `/sign-in` names it. */
export interface SignInIssuer {
  /** Exactly as tokens name it. */
  readonly issuer: string;
  readonly clientId: string;
  /** Whom a token has to be meant for, so that the gateway takes it. */
  readonly audience: string;
}

/** Where people can sign in at this gateway; empty if nowhere. Rejects if the gateway does not answer. */
export async function readIssuers(signal: AbortSignal): Promise<readonly SignInIssuer[]> {
  const response = await fetch("/sign-in", { signal });
  if (!response.ok) throw new TypeError(`/sign-in: expected 200, got ${response.status}.`);
  const body: unknown = await response.json();
  const issuers: unknown = isObject(body) ? body.issuers : null;
  return Array.isArray(issuers) ? issuers.filter(isIssuer) : [];
}

/** True for what names an issuer completely. */
export function isIssuer(value: unknown): value is SignInIssuer {
  if (!isObject(value)) return false;
  const { issuer, clientId, audience } = value;
  return [issuer, clientId, audience].every((text) => typeof text === "string" && text !== "");
}

/** The shortest name that tells the issuers apart: the host, with its path if another one shares the host. */
export function nameOf({ issuer }: SignInIssuer, all: readonly SignInIssuer[]): string {
  const { host, pathname } = new URL(issuer);
  const isAlone = all.filter((other) => new URL(other.issuer).host === host).length <= 1;
  return isAlone || pathname === "/" ? host : `${host}${pathname}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
