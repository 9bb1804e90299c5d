import { type FileHandle, open, rename, rm, stat } from "node:fs/promises";
import { isNativeError } from "node:util/types";
import type { Clock } from "#domain";

/** A file that lines are added to. */
export interface RotatingFile {
  /** Adds a line. Never waits and never throws. */
  write(line: string): void;
  /** Resolves once everything that was written before is in the file, or is lost: so is what a disk does not take within 5 s. */
  flush(): Promise<void>;
}

/** How a file grows. */
export interface RotatingFileOptions {
  readonly path: string;
  /** The file is renamed to `path.1` before it would grow beyond. */
  readonly maxBytes?: number;
  /** How many older ones are left: `path.1` to `path.N`. */
  readonly keep?: number;
  /** Lines could not be written; told once until one can be again. */
  readonly onProblem: (message: string) => void;
  readonly clock: Pick<Clock, "sleep">;
}

const MAX_BYTES = 100_000_000;
const KEEP = 10;
// What waits for a disk that does not take it must not fill the memory.
const MAX_WAITING_CHARACTERS = 16_000_000;
const FLUSH_MS = 5_000;
const NEW_LINE = 0x0a;

/**
 * Only the owner may read the file. It is opened anew for each batch, so that another program may move it away. A line that a full disk
 * cut counts as lost, and the next one begins behind its end.
 */
export function createRotatingFile(options: RotatingFileOptions): RotatingFile {
  const waiting: string[] = [];
  let waitingCharacters = 0;
  let lost = 0;
  let isFailing = false;
  let running: Promise<void> | null = null;

  const fail = (reason: string) => {
    if (!isFailing) options.onProblem(`Lines of ${options.path} are lost: ${reason}.`);
    isFailing = true;
  };
  const writeBatch = async (): Promise<void> => {
    const lines = waiting.splice(0);
    waitingCharacters = 0;
    const lostBefore = lost;
    if (lostBefore > 0) lines.unshift(JSON.stringify({ lostLines: lostBefore }));
    const progress = { written: 0 };
    try {
      await append(options, Buffer.from(`${lines.join("\n")}\n`), progress);
      lost -= lostBefore;
      isFailing = false;
    } catch (error) {
      const whole = countWhole(lines, progress.written);
      lost += lines.length - whole;
      // The first of these lines is no entry.
      if (lostBefore > 0) lost -= whole > 0 ? lostBefore : 1;
      fail(isNativeError(error) && "code" in error ? String(error.code) : "unknown reason");
    }
  };
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) await writeBatch();
    running = null;
  };
  return {
    write(line) {
      if (waitingCharacters + line.length > MAX_WAITING_CHARACTERS) {
        lost += 1;
        return fail("the disk is too slow");
      }
      waiting.push(line);
      waitingCharacters += line.length;
      running ??= Promise.resolve().then(drain);
    },
    async flush() {
      if (running === null) return;
      const end = new AbortController();
      const isLate = options.clock.sleep(FLUSH_MS, end.signal).then(() => !end.signal.aborted);
      if (await Promise.race([running.then(() => false), isLate])) fail("the disk does not take them");
      end.abort(null);
    },
  };
}

/** How many of the lines so many bytes hold whole. */
function countWhole(lines: readonly string[], bytes: number): number {
  let left = bytes;
  const cut = lines.findIndex((line) => {
    left -= Buffer.byteLength(line) + 1;
    return left < 0;
  });
  return cut < 0 ? lines.length : cut;
}

async function append(
  { path, maxBytes = MAX_BYTES, keep = KEEP }: RotatingFileOptions,
  bytes: Buffer,
  progress: { written: number },
): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 0 && size + bytes.length > maxBytes) await rotate(path, keep);
  const file = await open(path, "a+", 0o600);
  try {
    if (await isCut(file)) await file.write("\n");
    // A disk that is nearly full takes a part.
    while (progress.written < bytes.length)
      progress.written += (await file.write(bytes, progress.written)).bytesWritten;
  } finally {
    await file.close();
  }
}

/** True if the file's last line has no end: it was written in part, by this process or an earlier one. */
async function isCut(file: FileHandle): Promise<boolean> {
  const found = await file.stat();
  if (!found.isFile() || found.size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, found.size - 1);
  return buffer[0] !== NEW_LINE;
}

async function rotate(path: string, keep: number): Promise<void> {
  const nameOf = (age: number) => (age === 0 ? path : `${path}.${age}`);
  if (keep < 1) return rm(path, { force: true });
  for (let age = keep - 1; age >= 0; age -= 1) {
    await rename(nameOf(age), nameOf(age + 1)).catch((error: unknown) => {
      if (!(isNativeError(error) && "code" in error && error.code === "ENOENT")) throw error;
    });
  }
}
