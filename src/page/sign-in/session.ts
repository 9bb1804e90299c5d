import { tabStore } from "../storage/storage.ts";
import { isReturn, takeTokens } from "./code-flow.ts";
import { SignInError } from "./failure.ts";
import { isIssuer, type SignInIssuer } from "./issuers.ts";
import { takePending } from "./pending.ts";
import { endAtIssuer, type Renewal, renewTokens } from "./renewal.ts";
import type { Tokens } from "./tokens.ts";

/** Who asks, as far as this tab knows. */
export interface Session {
  /** Goes to the gateway; null if nobody signed in. It may have ended: the gateway says so. */
  readonly token: string | null;
  /** When the token ends, in milliseconds since 1970; null for one that the reader pasted. */
  readonly endsAt: number | null;
  /** Who gave it; null if the reader did. */
  readonly issuer: SignInIssuer | null;
  /** Why the last sign-in came to nothing; null if it did not. */
  readonly failure: SignInError | null;
  /** While the answer of an issuer is turned into a token. */
  readonly isArriving: boolean;
}

const NOBODY: Session = { token: null, endsAt: null, issuer: null, failure: null, isArriving: false };
const NOTHING: Renewal = { refreshToken: null, idToken: null };

const KEY = "session";
/** A token is renewed so long before its end, since a question takes its time on the way. */
const EARLY_MS = 30_000;
/** An issuer that does not answer is left alone for so long. */
const PATIENCE_MS = 10_000;

/** The session of this tab. The token survives a reload, what renews it does not. */
const tab = {
  session: readKept(),
  renewal: NOTHING,
  renewing: null as Promise<void> | null,
  notBefore: 0,
};

const listeners = new Set<() => void>();

/** The session of the moment. */
export const currentSession = (): Session => tab.session;

/** Calls back whenever somebody signed in or out, or failed to; the returned function ends it. */
export function onSessionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Begins a session with a token or key that the reader pasted. */
export function enterToken(token: string): void {
  set({ ...NOBODY, token }, NOTHING);
}

/** If an issuer led the reader here, takes its answer out of the address and begins the session, or says why not. */
export async function arrive(): Promise<void> {
  const returned = new URL(location.href);
  if (!isReturn(returned)) return;
  const pending = takePending();
  history.replaceState(null, "", pending?.from ?? "/");
  set({ ...tab.session, isArriving: true }, tab.renewal);
  try {
    const tokens = await takeTokens(returned, pending);
    set({ ...NOBODY, ...pick(tokens), issuer: pending?.issuer ?? null }, tokens);
  } catch (error) {
    // A session that there is goes on: no link from elsewhere can end it.
    const failure = error instanceof SignInError ? error : new SignInError("BROKEN", String(error));
    set({ ...tab.session, isArriving: false, failure }, tab.renewal);
  }
}

/** The token to send; a token that is about to end is renewed first, once for all who ask. Never rejects. */
export async function freshToken(): Promise<string | null> {
  const { endsAt, issuer } = tab.session;
  const { refreshToken } = tab.renewal;
  const isEnding = endsAt !== null && Date.now() > endsAt - EARLY_MS;
  if (isEnding && issuer !== null && refreshToken !== null && Date.now() >= tab.notBefore) {
    tab.renewing ??= renew(issuer, refreshToken).finally(() => {
      tab.renewing = null;
    });
    await tab.renewing;
  }
  return tab.session.token;
}

async function renew(issuer: SignInIssuer, refreshToken: string): Promise<void> {
  const { session, renewal } = tab;
  try {
    const tokens = await renewTokens(issuer, renewal, refreshToken);
    if (tab.session === session) set({ ...session, ...pick(tokens) }, tokens);
  } catch (error) {
    tab.notBefore = Date.now() + PATIENCE_MS;
    const isOver = error instanceof SignInError && error.kind !== "UNREACHABLE";
    if (isOver && tab.session === session) tab.renewal = NOTHING;
  }
}

/** Ends the session in this tab and, if its issuer can be reached, there. Leaves the page, so that nothing that was read stays. */
export async function signOut(): Promise<void> {
  const { issuer } = tab.session;
  const { renewal } = tab;
  set(NOBODY, NOTHING);
  const address = issuer === null ? null : await endAtIssuer(issuer, renewal).catch(() => null);
  location.assign(address ?? "/");
}

function set(session: Session, renewal: Renewal): void {
  tab.session = session;
  tab.renewal = renewal;
  const { token, endsAt, issuer } = session;
  tabStore.keep(KEY, token === null ? null : JSON.stringify({ token, endsAt, issuer }));
  for (const listener of listeners) listener();
}

function readKept(): Session {
  const text = tabStore.recall(KEY);
  const kept: unknown = text === null ? null : JSON.parse(text);
  if (typeof kept !== "object" || kept === null || !("token" in kept) || typeof kept.token !== "string") return NOBODY;
  const endsAt = "endsAt" in kept && typeof kept.endsAt === "number" ? kept.endsAt : null;
  const issuer = "issuer" in kept && isIssuer(kept.issuer) ? kept.issuer : null;
  return { ...NOBODY, token: kept.token, endsAt, issuer };
}

const pick = ({ token, endsAt }: Tokens): Pick<Session, "token" | "endsAt"> => ({ token, endsAt });
