import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { sql } from "kysely";
import { connectEmbedded } from "../../src/store/sql/connect.ts";
import { createEmbedded } from "../../src/store/sql/embedded.ts";

const execute = promisify(execFile);

it("an empty database is copied with its version last, and begun anew if the process was killed before that", async () => {
  const archives = readdirSync(join("dist", "database")).map((name) => join("dist", "database", name));
  expect(archives).toEqual([expect.stringMatching(/pglite-[\d.]+\.tar\.gz$/)]);
  const { stdout } = await execute("tar", ["-tPzf", ...archives]);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe("/PG_VERSION");
  const folder = mkdtempSync(join(tmpdir(), "new-folder-"));
  mkdirSync(join(folder, "global"));
  await execute("tar", ["-xzf", ...archives, "-C", folder, "/base"]);
  const embedded = createEmbedded(folder);
  const db = connectEmbedded(embedded);
  try {
    expect((await sql`select count(*) from pg_stat_activity`.execute(db)).rows).toHaveLength(1);
  } finally {
    await db.destroy();
    await embedded.close();
    rmSync(folder, { recursive: true });
  }
});
