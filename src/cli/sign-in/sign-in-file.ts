import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Surroundings } from "../terminal/index.ts";
import type { SignIn } from "./tokens.ts";

/** The sign-in at one gateway, as the user's config folder holds it: readable for its owner only. */
export interface SignInFile {
  /** Null if there is none, or what is there cannot be read. */
  read(): Promise<SignIn | null>;
  write(signIn: SignIn): Promise<void>;
  remove(): Promise<void>;
  /** Does the work while no other process of the user does the like: a refresh token may work only once. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>;
}

const LOCK_LOOK_MS = 100;
/** A process that holds the lock for longer has died. */
const LOCK_STALE_MS = 30_000;

/** The file of a gateway's address, below XDG_CONFIG_HOME, or else `.config` in the user's folder. */
export function openSignInFile(gateway: string, surroundings: Surroundings): SignInFile {
  const { XDG_CONFIG_HOME: base } = surroundings.environment;
  const address = new URL(gateway);
  const name = createHash("sha256").update(`${address.origin}${address.pathname}`).digest("hex").slice(0, 32);
  const path = join(base || join(surroundings.homeFolder, ".config"), "cloud-assistant", `sign-in-${name}.json`);
  return {
    read: () => readFile(path, "utf8").then(parse, () => null),
    write: (signIn) => write(path, JSON.stringify({ gateway: `${address.origin}${address.pathname}`, ...signIn })),
    remove: () => rm(path, { force: true }),
    alone: (work) => withLock(`${path}.lock`, surroundings, work),
  };
}

/** Never half a file, and never readable for others, not even for a moment. */
async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${text}\n`);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function withLock<Result>(path: string, { sleep }: Surroundings, work: () => Promise<Result>): Promise<Result> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  for (;;) {
    const lock = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return null;
      throw error;
    });
    if (lock !== null) {
      await lock.close();
      return work().finally(() => rm(path, { force: true }));
    }
    if (await isStale(path)) await takeAway(path);
    else await sleep(LOCK_LOOK_MS);
  }
}

// The file system's time, not the surroundings': another process wrote it.
async function isStale(path: string): Promise<boolean> {
  const takenAt = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
  return Date.now() - takenAt > LOCK_STALE_MS;
}

/** Two processes may see the same stale lock: what one of them has taken meanwhile goes back. */
async function takeAway(path: string): Promise<void> {
  const away = `${path}.${randomUUID()}`;
  const isMoved = await rename(path, away).then(
    () => true,
    () => false,
  );
  if (isMoved && !(await isStale(away))) await rename(away, path);
  else await rm(away, { force: true });
}

function parse(text: string): SignIn | null {
  try {
    const { issuer, clientId, accessToken, refreshToken = null, expiresAt = null } = JSON.parse(text);
    const isWhole = [issuer, clientId, accessToken].every((value) => typeof value === "string");
    return isWhole ? { issuer, clientId, accessToken, refreshToken, expiresAt } : null;
  } catch {
    return null;
  }
}
