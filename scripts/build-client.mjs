// Builds packages/client from src/client, as ESM and CommonJS with types: what a program needs to ask a gateway, without the gateway.
import { spawnSync } from "node:child_process";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const PACKAGE = join("packages", "client");
const ENTRIES = ["index", "documents", "apollo", "urql"];

for (const folder of ["esm", "cjs"]) rmSync(join(PACKAGE, folder), { recursive: true, force: true });
const compiler = join("node_modules", "typescript", "bin", "tsc");
const options = ["--rootDir", join("src", "client"), "--outDir", join(PACKAGE, "esm")];
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.client.json", ...options], {
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);
cpSync(join(PACKAGE, "esm"), join(PACKAGE, "cjs"), { recursive: true, filter: (path) => !path.endsWith(".js") });
await build({
  entryPoints: ENTRIES.map((entry) => join("src", "client", `${entry}.ts`)),
  outdir: join(PACKAGE, "cjs"),
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20",
  packages: "external",
});
// Files below it, types as well, are CommonJS.
writeFileSync(join(PACKAGE, "cjs", "package.json"), '{ "type": "commonjs" }\n');
// Caches and code generators read these.
for (const name of ["introspection.json", "scalars.json"]) cpSync(join("schema", name), join(PACKAGE, name));
