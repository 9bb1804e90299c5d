// Builds dist: the gateway with tsc, the page for people with esbuild, an empty database. Does nothing when no source has changed since the last build.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildDatabase } from "./build-database.mjs";
import { buildPage } from "./build-page.mjs";

const STAMP = join("dist", "sources.sha256");
const SETTINGS = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"];
const DOCS = [".env.example", ...readdirSync(".").filter((name) => name.endsWith(".md"))];
const FOLDERS = ["src", "scripts", "docs", "schema"];

function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function hashSources() {
  const hash = createHash("sha256");
  const files = [...[...SETTINGS, ...DOCS].filter((file) => existsSync(file)), ...FOLDERS.flatMap(filesIn).sort()];
  for (const file of files) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

const sources = hashSources();
if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== sources) {
  rmSync(STAMP, { force: true });
  const compiler = join("node_modules", "typescript", "bin", "tsc");
  // What is checked before it lands need not be checked at each start: that takes twice as long.
  const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--noCheck"], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  await buildPage(join("dist", "page"));
  await buildDatabase(join("dist", "database"));
  mkdirSync("dist", { recursive: true });
  writeFileSync(STAMP, sources);
}
