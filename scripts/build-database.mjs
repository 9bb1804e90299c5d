// Makes what the embedded PostgreSQL makes of an empty folder, so that a gateway whose folder is empty copies it and need not make it for seconds.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";

const PACKAGE = join("node_modules", "@electric-sql", "pglite", "package.json");
/** Archives consist of these: a header, and what it describes. */
const BLOCK = 512;
const SIZE_AT = 124;
const SIZE_LENGTH = 12;

/** Writes one archive into `folder`, if there is none of this version of the engine. */
export async function buildDatabase(folder) {
  const { version } = JSON.parse(readFileSync(PACKAGE, "utf8"));
  const file = join(folder, `pglite-${version}.tar.gz`);
  if (existsSync(file)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const database = await PGlite.create();
  const archive = Buffer.from(await (await database.dumpDataDir("none")).arrayBuffer());
  await database.close();
  // Who is killed while it writes leaves nothing that counts as made.
  writeFileSync(`${file}.part`, gzipSync(versionLast(archive)));
  renameSync(`${file}.part`, file);
}

// A folder with this file counts as made: it comes last, so that a gateway that was killed before begins anew.
function versionLast(archive) {
  const nameOf = (at) => archive.toString("latin1", at, archive.indexOf(0, at));
  const others = [];
  let version = null;
  let at = 0;
  while (archive[at] !== 0) {
    const size = Number.parseInt(archive.toString("latin1", at + SIZE_AT, at + SIZE_AT + SIZE_LENGTH), 8) || 0;
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (nameOf(at) === "/PG_VERSION") version = archive.subarray(at, next);
    else others.push(archive.subarray(at, next));
    at = next;
  }
  if (version === null) throw new Error("expected PG_VERSION in the archive of a database, got none");
  return Buffer.concat([...others, version, archive.subarray(at)]);
}
