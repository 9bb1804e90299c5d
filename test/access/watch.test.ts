import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readAccessFile, type WatchedAccessFile, watchAccessFile } from "#access";
import { createFakeClock, type FakeClock } from "../support/clock.ts";

const textFor = (name: string) => `keys: [{ name: ${name}, sha256: "${"0".repeat(64)}", roles: [] }]\n`;
const read = (text: string) => readAccessFile(text, "access.yml", { accounts: [] });

let folder: string;
let path: string;
let clock: FakeClock;
let watched: WatchedAccessFile;
let changes: string[];
let problems: string[];

function watch(): void {
  watched = watchAccessFile({
    path,
    initial: read(textFor("first")),
    read,
    onChange: (file) => changes.push(file.keys[0]?.name ?? ""),
    onProblem: (message) => problems.push(message),
    clock,
  });
}

/** Looks at the file, and lets time pass as long as it takes. */
async function check(): Promise<void> {
  let isDone = false;
  void watched.check().then(() => {
    isDone = true;
  });
  while (!isDone) await clock.advance(100);
}

/** Lets time pass until the watched file tells of a change. */
async function untilChanged(): Promise<void> {
  while (changes.length === 0) await clock.advance(100);
}

const nameInForce = () => watched.current.keys[0]?.name;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-"));
  path = join(folder, "access.yml");
  clock = createFakeClock();
  changes = [];
  problems = [];
  await writeFile(path, textFor("first"));
});
afterEach(async () => {
  watched.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a watched access file", () => {
  it("is taken when it changes, and not when only its time does", async () => {
    watch();
    await writeFile(path, textFor("first"));
    await check();
    expect(changes).toEqual([]);
    await writeFile(path, textFor("second"));
    await check();
    await check();
    expect([changes, nameInForce(), problems]).toEqual([["second"], "second", []]);
  });

  it("stays as it was while the new one is bad, which is said once for each fault", async () => {
    watch();
    await writeFile(path, "keys: 3\n");
    await check();
    await check();
    expect(nameInForce()).toBe("first");
    expect(problems).toEqual([
      "The access file access.yml cannot be used:\n  access.yml:1: `keys`: expected a list, got 3.\nThe access file that was read before stays in force.",
    ]);
    await rm(path);
    await check();
    expect(problems.slice(1)).toEqual([
      `${path}: expected a readable file, got ENOENT.\nThe access file that was read before stays in force.`,
    ]);
    await writeFile(path, textFor("third"));
    await check();
    expect([changes, nameInForce()]).toEqual([["third"], "third"]);
  });

  it("is read at once if the file system tells of a change, also of a new link", async () => {
    await writeFile(join(folder, "v1.yml"), textFor("first"));
    await rm(path);
    await symlink("v1.yml", path);
    watch();
    await writeFile(join(folder, "v2.yml"), textFor("linked"));
    await symlink("v2.yml", join(folder, "new"));
    await rename(join(folder, "new"), path);
    await untilChanged();
    expect(nameInForce()).toBe("linked");
  });

  it("is read every 5 seconds if the file system tells nothing", async () => {
    path = join(folder, "later", "access.yml");
    watch();
    await writeFile(join(folder, "access.yml"), textFor("moved"));
    await rename(folder, `${folder}-old`);
    folder = `${folder}-old`;
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, textFor("polled"));
    await untilChanged();
    expect(nameInForce()).toBe("polled");
    await rm(join(path, "..", ".."), { recursive: true, force: true });
  });

  it("is not taken while it is being written, though its first half would do", async () => {
    watch();
    const half = textFor("half");
    await writeFile(path, half);
    const looking = watched.check();
    while (!clock.sleeps.includes(200)) await new Promise((resolve) => setImmediate(resolve));
    await writeFile(path, `${half}redact: [{ pattern: x }]\n`);
    let isDone = false;
    void looking.then(() => {
      isDone = true;
    });
    while (!isDone) await clock.advance(100);
    expect(changes).toEqual(["half"]);
    expect(watched.current.redact).toHaveLength(1);
  });

  it("is left alone once nobody wants to know", async () => {
    watch();
    watched.stop();
    await writeFile(path, textFor("second"));
    await check();
    expect([changes, nameInForce()]).toEqual([[], "first"]);
  });
});
