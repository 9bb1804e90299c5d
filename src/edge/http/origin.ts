import type { IncomingMessage } from "node:http";

import { RefusalError } from "../errors/refusal.ts";

/** True for programs, which name no origin, for pages of this very host, and for those of the listed origins. */
export function isWelcome({ headers: { origin, host } }: IncomingMessage, origins: readonly string[]): boolean {
  if (origin === undefined || origins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** @throws RefusalError for a page of an origin that is not welcome */
export function checkOrigin(request: IncomingMessage, origins: readonly string[]): void {
  if (!isWelcome(request, origins))
    throw new RefusalError(403, "BAD_REQUEST", "Pages of this origin may not ask here.");
}
