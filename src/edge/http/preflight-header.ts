import type { IncomingMessage } from "node:http";

import { RefusalError } from "../errors/refusal.ts";

/**
 * A GET or a form needs no preflight; a foreign page must not be able to start anything with it.
 * @throws RefusalError `BAD_REQUEST` for a request without a header that only a preflight allows
 */
export function checkPreflight({ method, headers }: IncomingMessage): void {
  if (method === "POST" || headers["apollo-require-preflight"] || headers["x-apollo-operation-name"]) return;
  throw new RefusalError(400, "BAD_REQUEST", "A GET needs the header apollo-require-preflight.");
}
