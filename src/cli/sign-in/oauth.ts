import { CommandError, toLine } from "../terminal/index.ts";

/** An answer that holds no tokens: the `error` of RFC 6749, section 5.2, or whatever the issuer says instead. */
export interface OAuthError {
  readonly error: string;
  readonly description: string | null;
}

/** What the command has to know of an issuer's endpoints (OpenID Connect Discovery 1.0, RFC 8414). */
export interface IssuerEndpoints {
  readonly token: string;
  readonly deviceAuthorization: string | null;
  readonly revocation: string | null;
  /** False if the issuer says that it knows no scope `offline_access`. */
  readonly hasOfflineAccess: boolean;
}

/** Members of a JSON object that came from elsewhere. */
export type Members = Readonly<Record<string, unknown>>;

const ANSWER_WITHIN_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True for https, and for plain http to this machine: what goes there can be read by nobody on the way. */
export function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

/** Asks an issuer where its endpoints are. @throws CommandError if it does not say, or names unsafe ones */
export async function discover(issuer: string): Promise<IssuerEndpoints> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  if (!isSafe(address)) throw new CommandError(`\`issuer\`: expected an https address, got "${toLine(issuer)}".`);
  const { status, members } = await ask(address, {});
  if (status !== 200 || members.issuer !== issuer) {
    throw new CommandError(`${toLine(issuer)} does not say where to sign in (${status}): is it the issuer?`);
  }
  const endpoint = (name: string): string | null => {
    const url = members[name];
    if (url === undefined) return null;
    if (typeof url === "string" && isSafe(url)) return url;
    throw new CommandError(`${toLine(issuer)}: \`${name}\`: expected an https address, got another.`);
  };
  const token = endpoint("token_endpoint");
  if (token === null) throw new CommandError(`${toLine(issuer)} has no token endpoint.`);
  const scopes = members.scopes_supported;
  return {
    token,
    deviceAuthorization: endpoint("device_authorization_endpoint"),
    revocation: endpoint("revocation_endpoint"),
    hasOfflineAccess: !Array.isArray(scopes) || scopes.includes("offline_access"),
  };
}

/** Posts a form to an endpoint, and resolves to what its JSON holds. @throws CommandError if nothing answers */
export function post(
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<{ status: number; members: Members }> {
  return ask(url, { method: "POST", body: new URLSearchParams(form) });
}

/** What went wrong, in the words of the issuer. */
export function toOAuthError({ status, members }: { status: number; members: Members }): OAuthError {
  const { error, error_description: description } = members;
  return {
    error: typeof error === "string" ? toLine(error) : `status ${status}`,
    description: typeof description === "string" ? toLine(description) : null,
  };
}

/** The same for people. */
export function describeOAuthError({ error, description }: OAuthError): string {
  return description === null ? error : `${error}: ${description}`;
}

async function ask(url: string, init: RequestInit): Promise<{ status: number; members: Members }> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const headers = { accept: "application/json" };
  try {
    // Codes and tokens must not follow a redirect to somewhere that was not checked.
    const response = await fetch(url, { ...init, headers, signal, redirect: "error" });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, members: typeof body === "object" && body !== null ? { ...body } : {} };
  } catch {
    throw new CommandError(`Nothing answers at ${new URL(url).origin}: try again later.`);
  }
}
