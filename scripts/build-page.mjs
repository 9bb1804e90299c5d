// Bundles the page for people: one script, one style sheet and index.html that names them. Their names hold a hash of their contents. The
// docs as a site and the explorer lie beside it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";
import { buildDocs } from "./build-docs.mjs";
import { buildExplorer } from "./build-explorer.mjs";

const SOURCE = join("src", "page");

/** Writes the page into `folder`, which is emptied first. */
export async function buildPage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { outputFiles } = await build({
    entryPoints: [{ in: join(SOURCE, "main.tsx"), out: "page" }],
    outdir: join(folder, "assets"),
    entryNames: "[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022"],
    conditions: ["source"],
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".graphql": "text" },
    legalComments: "none",
    logLevel: "warning",
    write: false,
  });
  mkdirSync(join(folder, "assets"));
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  const nameOf = (ending) => basename(outputFiles.find(({ path }) => path.endsWith(ending))?.path ?? "");
  const html = readFileSync(join(SOURCE, "index.html"), "utf8");
  const named = html.replaceAll("page.js", nameOf(".js")).replaceAll("page.css", nameOf(".css"));
  writeFileSync(join(folder, "index.html"), named);
  await buildDocs(join(folder, "docs"));
  buildExplorer(join(folder, "explorer"));
}
