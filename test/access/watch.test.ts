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
let onNextChange: () => void;

function watch(): void {
  watched = watchAccessFile({
    path,
    initial: read(textFor("first")),
    read,
    onChange: (file) => {
      changes.push(file.keys[0]?.name ?? "");
      onNextChange();
    },
    onProblem: (message) => problems.push(message),
    clock,
  });
}

const nameInForce = () => watched.current.keys[0]?.name;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-"));
  path = join(folder, "access.yml");
  clock = createFakeClock();
  changes = [];
  problems = [];
  onNextChange = () => {};
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
    await watched.check();
    expect(changes).toEqual([]);
    await writeFile(path, textFor("second"));
    await watched.check();
    await watched.check();
    expect([changes, nameInForce(), problems]).toEqual([["second"], "second", []]);
  });

  it("stays as it was while the new one is bad, which is said once for each fault", async () => {
    watch();
    await writeFile(path, "keys: 3\n");
    await watched.check();
    await watched.check();
    expect(nameInForce()).toBe("first");
    expect(problems).toEqual([
      "The access file access.yml cannot be used:\n  access.yml:1: `keys`: expected a list, got 3.\nThe access file that was read before stays in force.",
    ]);
    await rm(path);
    await watched.check();
    expect(problems.slice(1)).toEqual([
      `${path}: expected a readable file, got ENOENT.\nThe access file that was read before stays in force.`,
    ]);
    await writeFile(path, textFor("third"));
    await watched.check();
    expect([changes, nameInForce()]).toEqual([["third"], "third"]);
  });

  it("is read at once if the file system tells of a change, also of a new link", async () => {
    await writeFile(join(folder, "v1.yml"), textFor("first"));
    await rm(path);
    await symlink("v1.yml", path);
    watch();
    const changed = new Promise<void>((resolve) => {
      onNextChange = resolve;
    });
    await writeFile(join(folder, "v2.yml"), textFor("linked"));
    await symlink("v2.yml", join(folder, "new"));
    await rename(join(folder, "new"), path);
    await changed;
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
    const changed = new Promise<void>((resolve) => {
      onNextChange = resolve;
    });
    await writeFile(path, textFor("polled"));
    await clock.advance(5000);
    await changed;
    expect(nameInForce()).toBe("polled");
    await rm(join(path, "..", ".."), { recursive: true, force: true });
  });

  it("is left alone once nobody wants to know", async () => {
    watch();
    watched.stop();
    await writeFile(path, textFor("second"));
    await watched.check();
    expect([changes, nameInForce()]).toEqual([[], "first"]);
  });
});
