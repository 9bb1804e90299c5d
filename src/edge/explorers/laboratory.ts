import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { htmlHeaders, send, sendBytes, sendText } from "../http/index.ts";
import { type LaboratoryParts, laboratoryScript } from "./laboratory-script.ts";
import type { Page } from "./sandbox.ts";

/** An explorer whose every byte comes from this process. */
export interface Laboratory {
  render(): Page;
  /** Sends the file behind a path below /explorer/, or 404. */
  sendAsset(path: string, request: IncomingMessage, response: ServerResponse): Promise<void>;
}

const ASSETS: ReadonlySet<string> = new Set([
  "hive-laboratory.umd.js",
  "editor.worker.bundle.js",
  "graphql.worker.bundle.js",
  "json.worker.bundle.js",
]);

// The editor writes styles of its own.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
  "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = { "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=3600" };

/**
 * Hive Laboratory with the examples as a collection.
 * @param folder holds its files as the build compressed them; there are none if null
 */
export function createLaboratory(folder: string | null, parts: LaboratoryParts): Laboratory {
  const files = new Map<string, Promise<Buffer>>();
  const script = laboratoryScript(parts);
  return {
    render: () => ({ html: PAGE, headers: htmlHeaders(POLICY) }),
    async sendAsset(path, { headers }, response) {
      const name = path.slice("/explorer/".length);
      if (name === "start.js") {
        send(response, 200, HEADERS, script);
        return;
      }
      if (folder === null || !ASSETS.has(name)) {
        sendText(response, 404, "Not found.");
        return;
      }
      const file = files.get(name) ?? readFile(join(folder, `${name}.gz`));
      files.set(name, file);
      const vary = { ...HEADERS, vary: "Accept-Encoding" };
      const bytes = await file;
      if (/\bgzip\b/.test(String(headers["accept-encoding"]))) {
        sendBytes(response, 200, { ...vary, "content-encoding": "gzip" }, bytes);
      } else sendBytes(response, 200, vary, gunzipSync(bytes));
    },
  };
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Cloud Assistant gateway: Laboratory</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<style>html, body, #laboratory { height: 100%; margin: 0; overflow: hidden; }</style>
</head>
<body>
<div id="laboratory">Loading Hive Laboratory.</div>
<script src="/explorer/hive-laboratory.umd.js"></script>
<script type="module" src="/explorer/start.js"></script>
</body>
</html>
`;
