import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";

import type { SignInIssuer } from "#access";
import { htmlHeaders, type ReplyHeaders, sendBytes } from "./http/index.ts";

/** The page for people: a folder of static files. */
export interface PageOptions {
  /** Holds `index.html`, and what that loads from `/assets/` below `assets`. */
  readonly folder: string;
}

interface File {
  readonly bytes: Buffer;
  readonly headers: ReplyHeaders;
}

/** The page may speak to its own gateway and to the issuers of the moment, which the access file may change. */
function policyOf(issuers: readonly SignInIssuer[]): string {
  const origins = new Set(issuers.map(({ issuer }) => new URL(issuer).origin));
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    `connect-src ${["'self'", ...origins].join(" ")}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ` +
    "require-trusted-types-for 'script'"
  );
}

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
 * are read once, so no path of a request ever reaches the file system. `signIn` names where people can sign in at the moment.
 * @throws the file system's error if the folder lacks `index.html`
 */
export function createPage(
  options: PageOptions | undefined,
  signIn: () => readonly SignInIssuer[],
): (path: string, request: IncomingMessage, response: ServerResponse) => boolean {
  if (options === undefined) return () => false;
  const index = readFileSync(join(options.folder, "index.html"));
  const assets = readAssets(join(options.folder, "assets"));
  return (path, { method }, response) => {
    if (method !== "GET" && method !== "HEAD") return false;
    const isPage = path === "/" || path === "/runs" || path.startsWith("/runs/");
    const file = isPage ? { bytes: index, headers: htmlHeaders(policyOf(signIn())) } : assets.get(path);
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
