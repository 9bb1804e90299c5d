import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isNativeError } from "node:util/types";
import type { Clock } from "#domain";

/** A file that is read again when it changes. */
export interface WatchedFile {
  /** Looks at the file now; a new text counts once it has been the same for 200 ms. Never rejects. */
  check(): Promise<void>;
  stop(): void;
}

/** What a watched file needs to know. */
export interface WatchOptions {
  readonly path: string;
  /** Called once for the text that is found first, and once for each other one. Must not throw. */
  onText(text: string): void;
  /** Called once if the file cannot be read. */
  onProblem(message: string): void;
  readonly clock: Clock;
}

const POLL_MS = 5000;
// A file is read while somebody writes it, and half of one may be a file of its own. It counts if it is the same so much later.
const SETTLE_MS = 200;
// Other files of the folder may change all the time.
const EVENT_DELAY_MS = 100;

/**
 * Watches by the file system's events and, since not every file system has them, by reading every 5 seconds. It is the
 * folder that is watched: editors and orchestrators replace the file, or a link on the way to it.
 */
export function watchFile({ path, clock, onText, onProblem }: WatchOptions): WatchedFile {
  const stopping = new AbortController();
  let taken: string | null = null;
  let queue = Promise.resolve();

  const take = ({ key, text }: Reading) => {
    if (key === taken) return;
    taken = key;
    if (text === null) onProblem(key);
    else onText(text);
  };
  const look = async (): Promise<void> => {
    const seen = await readSettled(path, taken, clock, stopping.signal);
    if (!stopping.signal.aborted) take(seen);
  };
  const check = () => {
    // One text that cannot be taken must not end the watching.
    queue = queue.then(look).catch(() => onProblem(`${path}: expected a file that can be used, got an unknown fault.`));
    return queue;
  };

  const stopEvents = listen(path, throttle(check, clock, stopping.signal));
  void poll(check, clock, stopping.signal);
  return {
    check,
    stop() {
      stopping.abort();
      stopEvents();
    },
  };
}

interface Reading {
  /** The text, or why there is none. */
  readonly key: string;
  readonly text: string | null;
}

/** Reads until two readings are the same, or until it is what was taken before. */
async function readSettled(path: string, taken: string | null, clock: Clock, signal: AbortSignal): Promise<Reading> {
  let before: Reading | null = null;
  let seen = await readOnce(path);
  while (seen.key !== taken && seen.key !== before?.key && !signal.aborted) {
    before = seen;
    await clock.sleep(SETTLE_MS, signal);
    seen = await readOnce(path);
  }
  return seen;
}

async function readOnce(path: string): Promise<Reading> {
  try {
    const text = await readFile(path, "utf8");
    return { key: text, text };
  } catch (error) {
    const code = isNativeError(error) && "code" in error ? String(error.code) : "an unknown fault";
    return { key: `${path}: expected a readable file, got ${code}.`, text: null };
  }
}

async function poll(check: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal);
    if (!signal.aborted) await check();
  }
}

/** Several events within the delay cause one look. */
function throttle(check: () => Promise<void>, clock: Clock, signal: AbortSignal): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting || signal.aborted) return;
    isWaiting = true;
    void clock.sleep(EVENT_DELAY_MS, signal).then(() => {
      isWaiting = false;
      return check();
    });
  };
}

function listen(path: string, onEvent: () => void): () => void {
  try {
    const watcher = watch(dirname(path), { persistent: false }, onEvent);
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}
