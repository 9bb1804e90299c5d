import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isNativeError } from "node:util/types";
import type { Clock } from "#domain";
import type { AccessFile } from "./access-file.ts";

/** An access file that is read again when it changes. */
export interface WatchedAccessFile {
  /** The newest that could be used. */
  readonly current: AccessFile;
  /** Looks at the file now. Never rejects. */
  check(): Promise<void>;
  stop(): void;
}

/** What a watched file needs to know. */
export interface WatchOptions {
  readonly path: string;
  /** What the process started with. */
  readonly initial: AccessFile;
  /** Makes an access file of the text, or throws a sentence for the log. */
  read(text: string): AccessFile;
  /** Called for each new file that can be used. */
  onChange(file: AccessFile): void;
  /** Called once for each text that cannot be used, and once when the file cannot be read; the old file stays in force. */
  onProblem(message: string): void;
  readonly clock: Clock;
}

const POLL_MS = 5000;

/**
 * Watches by the file system's events and, since not every file system has them, by reading every 5 seconds. It is the
 * folder that is watched: editors and orchestrators replace the file, or a link on the way to it.
 */
export function watchAccessFile(options: WatchOptions): WatchedAccessFile {
  const stopping = new AbortController();
  let current = options.initial;
  let lastProblem: string | null = null;
  let queue = Promise.resolve();

  const complain = (problem: string) => {
    if (problem !== lastProblem) options.onProblem(`${problem}\nThe access file that was read before stays in force.`);
    lastProblem = problem;
  };
  const look = async (): Promise<void> => {
    try {
      const file = options.read(await readFile(options.path, "utf8"));
      if (stopping.signal.aborted) return;
      lastProblem = null;
      if (file.version === current.version) return;
      current = file;
      options.onChange(file);
    } catch (error) {
      complain(describeProblem(options.path, error));
    }
  };
  const check = () => {
    queue = queue.then(look);
    return queue;
  };

  const stopEvents = listen(options.path, check);
  void poll(check, options.clock, stopping.signal);
  return {
    get current() {
      return current;
    },
    check,
    stop() {
      stopping.abort();
      stopEvents();
    },
  };
}

async function poll(check: () => Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(POLL_MS, signal);
    if (!signal.aborted) await check();
  }
}

function listen(path: string, check: () => Promise<void>): () => void {
  try {
    const watcher = watch(dirname(path), { persistent: false }, () => void check());
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {};
  }
}

function describeProblem(path: string, error: unknown): string {
  if (isNativeError(error) && "code" in error) return `${path}: expected a readable file, got ${String(error.code)}.`;
  return isNativeError(error) ? error.message : `${path}: expected an access file, got something else.`;
}
