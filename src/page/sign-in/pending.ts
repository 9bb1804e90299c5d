import { tabStore } from "../storage/storage.ts";
import { isIssuer, type SignInIssuer } from "./issuers.ts";

/** What has to be known again when the issuer leads the reader back. */
export interface PendingSignIn {
  readonly issuer: SignInIssuer;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The page's address that the reader came from: path, query and line. */
  readonly from: string;
}

const KEY = "sign-in";

/** Keeps it in this tab. False if the browser keeps nothing. */
export function keepPending(pending: PendingSignIn): boolean {
  return tabStore.keep(KEY, JSON.stringify(pending));
}

/** Takes it out, so that it serves once; null if there is none. */
export function takePending(): PendingSignIn | null {
  const kept = tabStore.recall(KEY);
  tabStore.keep(KEY, null);
  const pending: unknown = kept === null ? null : JSON.parse(kept);
  return isPending(pending) ? pending : null;
}

function isPending(value: unknown): value is PendingSignIn {
  if (typeof value !== "object" || value === null || !("issuer" in value) || !isIssuer(value.issuer)) return false;
  return ["state", "nonce", "verifier", "from"].every((name) => typeof Reflect.get(value, name) === "string");
}
