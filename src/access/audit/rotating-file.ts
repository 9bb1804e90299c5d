import { appendFile, rename, rm, stat } from "node:fs/promises";
import { isNativeError } from "node:util/types";

/** A file that lines are added to. */
export interface RotatingFile {
  /** Adds a line. Never waits and never throws. */
  write(line: string): void;
  /** Resolves once everything that was written before is in the file, or is lost. */
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
}

const MAX_BYTES = 100_000_000;
const KEEP = 10;
// What waits for a disk that does not take it must not fill the memory.
const MAX_WAITING_CHARACTERS = 16_000_000;

/** Only the owner may read the file. It is opened anew for each batch, so that another program may move it away. */
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
    if (lost > 0) lines.unshift(JSON.stringify({ lostLines: lost }));
    try {
      await append(options, `${lines.join("\n")}\n`);
      lost = 0;
      isFailing = false;
    } catch (error) {
      lost += lines.length - (lost > 0 ? 1 : 0);
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
    flush: async () => {
      await running;
    },
  };
}

async function append({ path, maxBytes = MAX_BYTES, keep = KEEP }: RotatingFileOptions, text: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 0 && size + Buffer.byteLength(text) > maxBytes) await rotate(path, keep);
  await appendFile(path, text, { mode: 0o600 });
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
