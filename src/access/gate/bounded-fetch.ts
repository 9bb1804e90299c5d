import { isNativeError } from "node:util/types";
import type { Clock } from "#domain";

/** What of the platform's `fetch` is needed. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A document, and when the issuer says that it sent it. */
export interface FetchedJson {
  readonly json: unknown;
  /** Epoch milliseconds of the `Date` field, null without one. */
  readonly date: number | null;
}

const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/**
 * Reads a JSON document: at most 5 seconds, 256 KB and no redirect.
 * @throws Error with one clause that is fit for a log.
 */
export async function fetchJson(url: string, fetch: Fetch, clock: Clock, signal: AbortSignal): Promise<FetchedJson> {
  const ended = new AbortController();
  const timedOut = new AbortController();
  void clock.sleep(TIMEOUT_MS, ended.signal).then(() => {
    if (!ended.signal.aborted) timedOut.abort();
  });
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.any([signal, timedOut.signal]),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered with status ${response.status}`);
    }
    const date = Date.parse(response.headers.get("date") ?? "");
    return { json: parse(await readBody(response, url), url), date: Number.isNaN(date) ? null : date };
  } catch (error) {
    if (timedOut.signal.aborted) throw new Error(`${url} did not answer within ${TIMEOUT_MS} ms`);
    throw toReadable(error, url);
  } finally {
    ended.abort();
  }
}

async function readBody(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${url} answered with something other than JSON`);
  }
}

/** The platform hides the reason in `cause`. */
function toReadable(error: unknown, url: string): Error {
  if (isNativeError(error) && error.message.startsWith(url)) return error;
  const cause = isNativeError(error) ? error.cause : undefined;
  const code = isNativeError(cause) && "code" in cause ? ` (${String(cause.code)})` : "";
  return new Error(`${url} could not be reached${code}`);
}
