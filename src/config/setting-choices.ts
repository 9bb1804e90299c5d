import type { AccountSettings } from "./accounts.ts";
import type { Variables } from "./settings.ts";

/** The upstream that is read: as it was set, else the vendor's if regions of it are named. */
export function chooseUpstream(values: Variables, accounts: readonly AccountSettings[]): "alibaba" | "embedded" {
  return values.UPSTREAM ?? (accounts.length > 0 || values.ACCOUNTS_FILE !== undefined ? "alibaba" : "embedded");
}

/**
 * The explorer at /graphql: as it was set, else none in production. Sandbox runs a script of a foreign origin in the gateway's own, so
 * real accounts get it only if it is asked for.
 */
export function chooseExplorer(
  { EXPLORER, NODE_ENV }: Variables,
  upstream: "alibaba" | "embedded",
): "sandbox" | "offline" | "none" {
  if (EXPLORER !== undefined) return EXPLORER === "graphiql" || EXPLORER === "laboratory" ? "offline" : EXPLORER;
  if (NODE_ENV === "production") return "none";
  return upstream === "embedded" ? "sandbox" : "offline";
}
