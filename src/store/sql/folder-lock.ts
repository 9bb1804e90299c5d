import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "#domain";
import { codeOf, DatabaseProblem } from "./problem.ts";

/** Who holds a folder. */
export interface Holder {
  readonly host: string;
  readonly processId: number;
}

/** A folder that no other process may open. */
export interface FolderLock {
  /** Lets the folder go. */
  release(): void;
}

/** Locks of this process, which cannot be told by its number from those of one that had the same. */
const ours = new Set<string>();
const BEAT_MS = 5_000;
/** A holder on another host, whose processes cannot be asked for, is dead when it was silent for so long. */
const SILENT_MS = 30_000;

/**
 * Takes a folder for this process: two that write into one lose what was committed. The folder is made if it is not there.
 * @throws DatabaseProblem if a process that lives holds it; an error of Node.js if it cannot be written
 */
export function lockFolder(folder: string, holder: Holder, clock: Clock): FolderLock {
  makeFolder(folder);
  const file = join(folder, "lock");
  const text = `${holder.host} ${holder.processId}\n`;
  if (!tryWrite(file, text)) {
    const other = readFileSync(file, "utf8");
    if (ours.has(file) || isAlive(other, statSync(file).mtimeMs, holder, clock)) throw heldBy(folder, other);
    if (!takeOver(file, other, holder) || !tryWrite(file, text)) throw heldBy(folder, readFileSync(file, "utf8"));
  }
  ours.add(file);
  const ended = new AbortController();
  void beat(file, ended.signal, clock);
  return {
    release() {
      ended.abort();
      ours.delete(file);
      rmSync(file, { force: true });
    },
  };
}

/** Node.js never comes back from a whole path where a file system like /proc says that the folder above is missing, which is there. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process made it meanwhile.
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function tryWrite(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // A full disk leaves an empty file, which nobody holds.
    rmSync(file, { force: true });
    throw error;
  }
}

// Renaming is one step: of two processes that find a dead holder, the slower one sees that it took the faster one's lock.
function takeOver(file: string, expected: string, { processId }: Holder): boolean {
  const aside = `${file}.${processId}`;
  try {
    renameSync(file, aside);
  } catch {
    return false;
  }
  const isMeant = readFileSync(aside, "utf8") === expected;
  if (!isMeant) linkSync(aside, file);
  rmSync(aside);
  return isMeant;
}

function isAlive(text: string, beatAt: number, own: Holder, clock: Clock): boolean {
  const [host, processId] = text.trim().split(" ");
  if (host !== own.host) return clock.now() - beatAt < SILENT_MS;
  // A process has the number of the one that left the lock: that one is gone.
  if (Number(processId) === own.processId) return false;
  try {
    process.kill(Number(processId), 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function beat(file: string, signal: AbortSignal, clock: Clock): Promise<void> {
  for (;;) {
    await clock.sleep(BEAT_MS, signal);
    if (signal.aborted) return;
    const now = new Date(clock.now());
    try {
      utimesSync(file, now, now);
    } catch {
      // A folder that was taken away ends with an error of its own at the next write.
      return;
    }
  }
}

function heldBy(folder: string, text: string): DatabaseProblem {
  const [host = "?", processId = "?"] = text.trim().split(" ");
  return new DatabaseProblem(
    `expected a folder that no other process holds, but process ${processId} on ${host} holds ${folder}. End that process, or name another folder.`,
  );
}
