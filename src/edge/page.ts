import { readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative } from "node:path";

import type { SignInIssuer } from "#access";
import { htmlHeaders, type ReplyHeaders, sendFile } from "./http/index.ts";

/** The page for people and the docs: a folder of static files. */
export interface PageOptions {
  /** Holds `index.html`, what that loads from `/assets/` below `assets`, and the site of the docs below `docs`. */
  readonly folder: string;
}

interface File {
  readonly bytes: Buffer;
  /** Undefined if it is HTML, which gets the policy of the moment. */
  readonly headers: ReplyHeaders | undefined;
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
 * Serves the page at `/` and `/runs/…`, its files below `/assets/`, and the docs at `/docs`; the returned function resolves to false for everything
 * else. Files are read once, so no path of a request ever reaches the file system. `signIn` names where people can sign in at the moment.
 * @throws the file system's error if the folder lacks `index.html`
 */
export function createPage(
  options: PageOptions | undefined,
  signIn: () => readonly SignInIssuer[],
): (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  if (options === undefined) return async () => false;
  const index: File = { bytes: readFileSync(join(options.folder, "index.html")), headers: undefined };
  const files = new Map([...readFiles(options.folder, "assets"), ...readFiles(options.folder, "docs")]);
  return async (path, { method }, response) => {
    if (method !== "GET" && method !== "HEAD") return false;
    const isPage = path === "/" || path === "/runs" || path.startsWith("/runs/");
    const file = isPage ? index : files.get(path);
    if (file === undefined) return false;
    await sendFile(response, file.headers ?? htmlHeaders(policyOf(signIn())), file.bytes);
    return true;
  };
}

/** The files below a folder of the page, by the path of their address: that of HTML lacks `.html` and `/index`. */
function readFiles(page: string, folder: string): ReadonlyMap<string, File> {
  const entries = readdirSync(join(page, folder), { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const type = TYPES[extname(name)] ?? "application/octet-stream";
        const headers = { "content-type": type, "cache-control": "public, max-age=3600" };
        const path = `/${relative(page, file)}`.replaceAll("\\", "/").replace(/(\/index)?\.html$/, "");
        return [path, { bytes: readFileSync(file), headers: name.endsWith(".html") ? undefined : headers }];
      }),
  );
}
