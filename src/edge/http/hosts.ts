import type { IncomingMessage } from "node:http";

import { RefusalError } from "../errors/index.ts";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Refuses a request with several `Host` fields, of which each reader on the way may take another one, and one whose `Host` names neither this machine nor one of the allowed names: a page that a browser loaded from there
 * could read answers once its name points here (DNS rebinding).
 * @param allowed names, with a port or for any port; null allows all
 */
export function refuseForeignHost(
  { headers: { host = "" }, headersDistinct }: IncomingMessage,
  allowed: readonly string[] | null,
): RefusalError | null {
  if ((headersDistinct.host?.length ?? 0) > 1)
    return new RefusalError(400, "BAD_REQUEST", "`Host`: expected one, got several.");
  const name = host.replace(/:\d+$/, "").toLowerCase();
  const isOurs = allowed === null || LOOPBACK.test(name) || allowed.some((one) => one === name || one === host);
  if (isOurs) return null;
  const message = "`Host`: expected a name that this gateway serves, got another. Add it to ALLOWED_HOSTS.";
  return new RefusalError(421, "HOST_NOT_ALLOWED", message);
}
