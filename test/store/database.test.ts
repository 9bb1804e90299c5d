import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createDatabase, type Database } from "#store";
import { createFakeClock } from "../support/clock.ts";

const NOW = Date.UTC(2026, 0, 1);
const OURS = { host: "here", processId: 999_999_999 };

let folder: string;
const opened: Database[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "database-"));
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  rmSync(folder, { recursive: true, force: true });
});

function nameDatabase(url: string, holder = OURS): Database {
  const database = createDatabase({
    url,
    holder,
    clock: createFakeClock(NOW),
    newContentKey: () => new Uint8Array(32),
    newId: () => "1",
  });
  opened.push(database);
  return database;
}

/** What a person reads if a database cannot be used; null if it can. */
async function problemOf(url: string, holder = OURS): Promise<string | null> {
  try {
    await nameDatabase(url, holder).prepare();
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : "no error";
  }
}

const PROBLEM = "DatabaseProblem: `DATABASE_URL`: expected ";

describe("a URL of a database", () => {
  it.each([
    "",
    "file:",
    "file://host/folder",
    "postgres:/host",
    "postgres://[::1/name",
    "mysql://user:secret@host/name",
  ])("%j is refused without being shown", async (url) => {
    expect(await problemOf(url)).toBe(
      `${PROBLEM}postgres://user:password@host:port/name, or file:./folder; what came is not shown.`,
    );
  });

  it("of a server that does not answer says so, without user and password", async () => {
    expect(await problemOf("postgres://me:secret@127.0.0.1:1/name")).toBe(
      `${PROBLEM}a database that can be read and written, but the server does not answer. Start it, or correct host and port. (ECONNREFUSED)`,
    );
  });
});

describe("the folder of an embedded database", () => {
  const held = (by: string) =>
    `${PROBLEM}a folder that no other process holds, but process ${by} holds ${folder}. End that process, or name another folder.`;

  it("is taken, refused to another process while that lives, and let go", async () => {
    const first = nameDatabase(`file:${folder}`, { host: "here", processId: process.pid });
    await first.prepare();
    expect(await problemOf(`file:${folder}`)).toBe(held(`${process.pid} on here`));
    await first.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(await problemOf(`file:${folder}`)).toBeNull();
  });

  it("is made if it is not there", async () => {
    expect(await problemOf(`file:${folder}/a/b`)).toBeNull();
    expect(readFileSync(join(folder, "a/b/lock"), "utf8")).toBe("here 999999999\n");
  });

  it.each([
    ["a process that ended", "here 999999998\n", NOW],
    ["a process before it that had its number", "here 999999999\n", NOW],
    ["another host that was silent for long", "there 1\n", NOW - 30_000],
    ["nobody, since the disk was full", "", NOW - 30_000],
  ])("is taken over from %s", async (_name, text, beatAt) => {
    writeFileSync(join(folder, "lock"), text);
    utimesSync(join(folder, "lock"), new Date(beatAt), new Date(beatAt));
    expect(await problemOf(`file:${folder}`)).toBeNull();
    expect(readFileSync(join(folder, "lock"), "utf8")).toBe("here 999999999\n");
  });

  it("stays with another host that gave a sign of life", async () => {
    writeFileSync(join(folder, "lock"), "there 1\n");
    utimesSync(join(folder, "lock"), new Date(NOW - 29_000), new Date(NOW - 29_000));
    expect(await problemOf(`file:${folder}`)).toBe(held("1 on there"));
  });

  it("of another PostgreSQL is refused, and stays as it was", async () => {
    mkdirSync(join(folder, "postgres"));
    writeFileSync(join(folder, "postgres", "PG_VERSION"), "17\n");
    expect(await problemOf(`file:${folder}`)).toBe(
      `${PROBLEM}a folder of PostgreSQL 18, got one of PostgreSQL 17. Name an empty folder: what the upstream still has is read again.`,
    );
    expect(readdirSync(join(folder, "postgres"))).toEqual(["PG_VERSION"]);
  });

  it("that cannot be made is refused", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(await problemOf(`file:${folder}/file/folder`)).toBe(
      `${PROBLEM}a database that can be read and written, but the folder cannot be made here. Name another. (ENOTDIR)`,
    );
  });

  it("that would lie in a file system of the kernel is refused, and does not keep the process busy", async () => {
    expect(await problemOf("file:/proc/none/folder")).toContain("but the folder cannot be made here. Name another.");
  });
});
