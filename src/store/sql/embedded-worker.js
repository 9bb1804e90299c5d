// @ts-check
// An embedded PostgreSQL in a thread of its own, since it stops the event loop for as long as a statement runs. Plain JavaScript, so that tests run
// the very file that is shipped.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

/**
 * What comes: bytes of PostgreSQL's protocol, each answered with bytes in the same order; or a word.
 * @typedef {Uint8Array | "reset" | "close"} Request
 */
const port = parentPort;
if (port === null) throw new Error("embedded-worker.js runs as a worker only");

/** Memory of a page's working set; PostgreSQL's own default doubles the process. */
const SETTINGS = ["shared_buffers = 16MB", "log_min_messages = fatal"];

/** Where the build leaves an empty database, beside the compiled program and beside its sources. The engine alone takes seconds to make one. */
const EMPTY = new URL("../../../dist/database/", import.meta.url);

/** The engine's number for a disk without room; its errors are none of JavaScript and have no text. */
const NO_ROOM = 51;

/** @param {unknown} error */
function describe(error) {
  if (typeof error === "object" && error !== null && "errno" in error && error.errno === NO_ROOM)
    return { failure: "no room on the disk", code: "ENOSPC" };
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
  return { failure: error instanceof Error ? error.message : "unknown reason", code };
}

/** What a folder without a database begins with. */
function readEmpty() {
  const { folder } = workerData;
  if (folder !== null && existsSync(join(folder, "PG_VERSION"))) return {};
  const file = existsSync(EMPTY) ? readdirSync(EMPTY).find((name) => name.endsWith(".tar.gz")) : undefined;
  if (file === undefined) return {};
  return { loadDataDir: new Blob([readFileSync(new URL(file, EMPTY))], { type: "application/gzip" }) };
}

/** How a session begins: by a length, where every later message has a letter. */
const BEGINNING = 0;

/** @param {PGlite} database @param {Uint8Array} request */
async function answerBytes(database, request) {
  // Only the call that gives no bytes in the end holds on to none: the other one keeps every message that it ever answered.
  if (request[0] === BEGINNING) return database.execProtocolRaw(request);
  /** @type {Uint8Array[]} */
  const parts = [];
  // The engine's memory, which it writes over.
  await database.execProtocolRawStream(request, { onRawData: (part) => void parts.push(part.slice()) });
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let length = 0;
  for (const part of parts) {
    whole.set(part, length);
    length += part.length;
  }
  return whole;
}

/** @param {PGlite} database @param {Request} request */
async function answer(database, request) {
  if (request instanceof Uint8Array) return answerBytes(database, request);
  // A connection that was given up leaves its transaction behind, and there is but one session.
  if (request === "reset") await database.exec("rollback");
  else await database.close();
  return new Uint8Array();
}

try {
  const database = await PGlite.create({
    dataDir: workerData.folder ?? "memory://",
    postgresqlconf: SETTINGS,
    ...readEmpty(),
  });
  let last = Promise.resolve();
  port.on("message", (/** @type {Request} */ request) => {
    last = last
      .then(() => answer(database, request))
      .then(
        (bytes) => port.postMessage(bytes, [/** @type {ArrayBuffer} */ (bytes.buffer)]),
        (error) => port.postMessage(describe(error)),
      );
  });
  port.postMessage("ready");
} catch (error) {
  port.postMessage(describe(error));
}
