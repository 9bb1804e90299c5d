import type { Surroundings } from "../terminal/index.ts";
import { CommandError, toLine } from "../terminal/index.ts";
import { discover, post, toOAuthError } from "./oauth.ts";
import type { SignInFile } from "./sign-in-file.ts";
import { readTokens, type SignIn } from "./tokens.ts";

/** A token that ends sooner would end on the way. */
const MARGIN_MS = 30_000;

/**
 * The access token of a sign-in, refreshed if it has ended; null without a sign-in.
 * @throws CommandError that names `login` if it has ended for good
 */
export async function readFreshToken(file: SignInFile, surroundings: Surroundings): Promise<string | null> {
  const known = await file.read();
  if (known === null || isFresh(known, surroundings)) return known?.accessToken ?? null;
  return file.alone(async () => {
    // Another process may have done it while this one waited.
    const signIn = await file.read();
    if (signIn === null || isFresh(signIn, surroundings)) return signIn?.accessToken ?? null;
    const next = await refresh(signIn, surroundings);
    await file.write(next);
    return next.accessToken;
  });
}

function isFresh({ expiresAt }: SignIn, { now }: Surroundings): boolean {
  return expiresAt === null || expiresAt - MARGIN_MS > now();
}

async function refresh(signIn: SignIn, surroundings: Surroundings): Promise<SignIn> {
  const { issuer, clientId, refreshToken } = signIn;
  if (refreshToken === null) throw ended(issuer);
  const { token } = await discover(issuer);
  const form = { grant_type: "refresh_token", refresh_token: refreshToken, client_id: clientId };
  const answer = await post(token, form);
  if (answer.status === 200) return readTokens(answer.members, signIn, surroundings);
  const { error } = toOAuthError(answer);
  if (error === "invalid_grant") throw ended(issuer);
  throw new CommandError(
    `${toLine(issuer)} did not refresh the sign-in (${error}). Try again, or 'cloud-assistant login'.`,
  );
}

function ended(issuer: string): CommandError {
  return new CommandError(`The sign-in at ${toLine(issuer)} has ended. Sign in again by 'cloud-assistant login'.`);
}
