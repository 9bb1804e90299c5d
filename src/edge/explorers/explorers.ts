import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { ANSWER_TYPES, chooseMediaType, htmlHeaders, send, sendFile, sendText } from "../http/index.ts";
import { type LaboratoryParts, laboratoryScript } from "./laboratory-script.ts";
import { type ExampleOperation, type Page, renderSandbox, toScript } from "./sandbox.ts";

/** Which explorer a browser gets at /graphql. */
type ExplorerName = "sandbox" | "offline" | "none";

/** What explorers are told. */
export interface ExplorerOptions {
  /** `none` turns `/explorer` off as well. */
  readonly explorer: ExplorerName;
  readonly examples: readonly ExampleOperation[];
  /**
   * Texts that stand in the examples' variables for values that a run has, and where these are in an answer's `invocations`, such as
   * `nodes.0.id`.
   */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** Holds the files of the explorer that works offline, as the build made them; none if absent. */
  readonly explorerFolder?: string;
}

/** Answers what browsers ask for; resolves to false for everything else. */
type Explorers = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * The explorer that was chosen at /graphql for browsers, also at / where there is no page, and the one that needs no internet at
 * /explorer.
 */
export function createExplorers({ explorer, examples, placeholders = {}, explorerFolder }: ExplorerOptions): Explorers {
  const parts = { examples: toScript(examples), placeholders: toScript(placeholders) };
  const laboratory = createLaboratory(explorerFolder ?? null, parts);
  const pages: Readonly<Record<typeof explorer, (() => Page) | null>> = {
    sandbox: () => renderSandbox(examples),
    offline: laboratory.render,
    none: null,
  };
  return async (path, request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    if (path === "/graphql" && prefersHtml(request)) {
      await sendPage(response, pages[explorer]);
      return true;
    }
    if (explorer === "none") return false;
    if (path === "/" && prefersHtml(request)) await redirect(response, "/graphql");
    else if (path === "/graphiql") await redirect(response, "/explorer");
    else if (path === "/explorer") await sendPage(response, laboratory.render);
    else if (path.startsWith("/explorer/")) await laboratory.sendAsset(path, request, response);
    else return false;
    return true;
  };
}

function redirect(response: ServerResponse, location: string): Promise<void> {
  return sendText(response, 302, `See ${location}.`, { location });
}

async function sendPage(response: ServerResponse, render: (() => Page) | null): Promise<void> {
  if (render === null) {
    await sendText(response, 404, "There is no explorer here. Send GraphQL requests with POST.");
    return;
  }
  const { html, headers } = render();
  await send(response, 200, { vary: "Accept", ...headers }, html);
}

function prefersHtml({ headers: { accept } }: IncomingMessage): boolean {
  return (
    accept?.includes("text/html") === true && chooseMediaType(accept, [...ANSWER_TYPES, "text/html"]) === "text/html"
  );
}

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
function createLaboratory(folder: string | null, parts: LaboratoryParts): Laboratory {
  const compressed = new Map<string, Promise<Buffer>>();
  const plain = new Map<string, Promise<Buffer>>();
  const script = laboratoryScript(parts);
  return {
    render: () => ({ html: PAGE, headers: htmlHeaders(POLICY) }),
    async sendAsset(path, { headers }, response) {
      const name = path.slice("/explorer/".length);
      if (name === "start.js") {
        await send(response, 200, HEADERS, script);
        return;
      }
      if (folder === null || !ASSETS.has(name)) {
        await sendText(response, 404, "Not found.");
        return;
      }
      const file = once(compressed, name, () => readFile(join(folder, `${name}.gz`)));
      const vary = { ...HEADERS, vary: "Accept-Encoding" };
      if (/\bgzip\b/.test(String(headers["accept-encoding"]))) {
        await sendFile(response, { ...vary, "content-encoding": "gzip" }, await file);
        return;
      }
      // Nine megabytes of four files are kept, since to make them takes longer than to answer a hundred questions.
      await sendFile(response, vary, await once(plain, name, async () => toPlain(await file)));
    },
  };
}

const toPlain = promisify(gunzip);

function once(files: Map<string, Promise<Buffer>>, name: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const made = files.get(name) ?? make();
  files.set(name, made);
  return made;
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
