import { CommandError, EXIT_CODES, type ExitCode, pick, type Surroundings, tell, toLine } from "../terminal/index.ts";
import { signInByDevice } from "./device-flow.ts";
import { discover, isSafe, post } from "./oauth.ts";
import { openSignInFile } from "./sign-in-file.ts";
import { readTokens, type SignIn } from "./tokens.ts";

/** What signing in knows of the command. */
interface SignInContext {
  readonly surroundings: Surroundings;
  /** The gateway to sign in for: its GraphQL address, and that of something beside it. */
  readonly gateway: { readonly url: string; addressOf(path: string): string };
}

/** Options of `login`. */
export interface LoginOptions {
  readonly issuer?: string;
  readonly scope?: string;
}

/** Signs in at an issuer of the gateway, and keeps the tokens for later commands. */
export async function login(context: SignInContext, { issuer: named, scope }: LoginOptions): Promise<ExitCode> {
  const { surroundings, gateway } = context;
  if (!isSafe(gateway.url)) {
    tell(context, "the gateway's address is plain http: anybody on the way can read the token.");
  }
  const { issuer, clientId, audience } = await chooseIssuer(context, named);
  const endpoints = await discover(issuer);
  const members = await signInByDevice(surroundings, endpoints, { issuer, clientId, audience, scope });
  const file = openSignInFile(gateway.url, surroundings);
  await file.write(readTokens(members, { issuer, clientId, refreshToken: null }, surroundings));
  tell(context, `signed in at ${toLine(issuer)}.`);
  return EXIT_CODES.success;
}

/** Forgets the sign-in at the gateway, and takes it back at the issuer if that can be done. */
export async function logout(context: SignInContext): Promise<ExitCode> {
  const file = openSignInFile(context.gateway.url, context.surroundings);
  const signIn = await file.read();
  await file.remove();
  if (signIn === null) {
    tell(context, "nobody was signed in.");
    return EXIT_CODES.success;
  }
  const isRevoked = await revoke(signIn).catch(() => false);
  const remark = `; ${toLine(signIn.issuer)} did not take the tokens back, and they end alone`;
  tell(context, `signed out${isRevoked ? "" : remark}.`);
  return EXIT_CODES.success;
}

/** RFC 7009; the refresh token first, since what was made of it ends with it. */
async function revoke({ issuer, clientId, refreshToken, accessToken }: SignIn): Promise<boolean> {
  const { revocation } = await discover(issuer);
  if (revocation === null) return false;
  const { status } = await post(revocation, { token: refreshToken ?? accessToken, client_id: clientId });
  return status === 200;
}

/** Where people can sign in, as the gateway tells at /sign-in. */
interface Issuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
}

/** The issuer to sign in at: the one that was named, the only one, or the one that a person picks. */
async function chooseIssuer(context: SignInContext, named: string | undefined): Promise<Issuer> {
  const issuers = await readIssuers(context);
  const names = issuers.map(({ issuer }) => toLine(issuer));
  if (issuers.length === 0)
    throw new CommandError("The gateway names nobody to sign in at. Use --token if it wants a credential.");
  if (named !== undefined) {
    const found = issuers.find(({ issuer }) => issuer === named);
    if (found !== undefined) return found;
    throw new CommandError(`\`--issuer\`: expected one of ${names.join(", ")}, got "${toLine(named)}".`);
  }
  const [only, ...others] = issuers;
  if (only !== undefined && others.length === 0) return only;
  const picked = await pick(context, "Sign in at which", names);
  const issuer = picked === null ? undefined : issuers[picked];
  if (issuer !== undefined) return issuer;
  for (const name of names) tell(context, name);
  throw new CommandError(`\`--issuer\`: expected one of these ${names.length}, it is missing.`);
}

async function readIssuers({ gateway }: SignInContext): Promise<readonly Issuer[]> {
  const url = gateway.addressOf("sign-in");
  const response = await fetch(url).catch(() => null);
  if (response === null)
    throw new CommandError(`Nothing answers at ${url}: check the address, and that the gateway runs there.`);
  const body: unknown = await response.json().catch(() => null);
  const issuers = typeof body === "object" && body !== null && "issuers" in body ? body.issuers : null;
  if (!response.ok || !Array.isArray(issuers) || !issuers.every(isIssuer)) {
    throw new CommandError(
      `${url} answered ${response.status}, but does not say where to sign in: is the gateway older than this command?`,
    );
  }
  return issuers;
}

function isIssuer(value: unknown): value is Issuer {
  return ["issuer", "clientId", "audience"].every(
    (name) => typeof value === "object" && value !== null && typeof Reflect.get(value, name) === "string",
  );
}
