// Copies the explorer that works offline out of its package, compressed, so that the gateway runs without the package.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const PACKAGE = join("node_modules", "@graphql-hive", "laboratory", "dist");
const FILES = [
  "hive-laboratory.umd.js",
  ...["editor", "graphql", "json"].map((name) => join("monacoeditorwork", `${name}.worker.bundle.js`)),
];

/** Writes the explorer into `folder`. */
export function buildExplorer(folder) {
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) {
    writeFileSync(join(folder, `${basename(file)}.gz`), gzipSync(readFileSync(join(PACKAGE, file)), { level: 9 }));
  }
}
