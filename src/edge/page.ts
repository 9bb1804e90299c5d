import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";

import { type ReplyHeaders, sendBytes } from "./reply.ts";
import { htmlHeaders } from "./sandbox.ts";

/** The page for people: a folder of static files. */
export interface PageOptions {
  /** Holds `index.html`, and what that loads from `/assets/` below `assets`. */
  readonly folder: string;
  /** Origins that people sign in at, which the page may speak to; none if absent. */
  readonly signInOrigins?: readonly string[];
}

interface File {
  readonly bytes: Buffer;
  readonly headers: ReplyHeaders;
}

const policyOf = ({ signInOrigins = [] }: PageOptions) =>
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; " +
  `connect-src ${["'self'", ...signInOrigins].join(" ")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Serves the page at `/` and `/runs/…` and its files below `/assets/`; the returned function is false for everything else. Files
 * are read once, so no path of a request ever reaches the file system.
 * @throws the file system's error if the folder lacks `index.html`
 */
export function createPage(
  options: PageOptions | undefined,
): (path: string, request: IncomingMessage, response: ServerResponse) => boolean {
  if (options === undefined) return () => false;
  const index: File = {
    bytes: readFileSync(join(options.folder, "index.html")),
    headers: htmlHeaders(policyOf(options)),
  };
  const assets = readAssets(join(options.folder, "assets"));
  return (path, { method }, response) => {
    if (method !== "GET" && method !== "HEAD") return false;
    const file = path === "/" || path === "/runs" || path.startsWith("/runs/") ? index : assets.get(path);
    if (file === undefined) return false;
    sendBytes(response, 200, file.headers, file.bytes);
    return true;
  };
}

function readAssets(folder: string): ReadonlyMap<string, File> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    names.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const type = TYPES[extname(name)] ?? "application/octet-stream";
      const headers = { "content-type": type, "cache-control": "public, max-age=3600" };
      return [`/assets${path.slice(folder.length).replaceAll("\\", "/")}`, { bytes: readFileSync(path), headers }];
    }),
  );
}
