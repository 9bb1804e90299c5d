import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { htmlHeaders, send, sendText } from "../http/index.ts";
import { graphiqlScript } from "./graphiql-script.ts";
import { type ExampleOperation, type Page, toScript } from "./sandbox.ts";

/** An explorer whose every byte comes from this process. */
export interface Graphiql {
  render(): Page;
  /** Sends the file behind a path below /explorer/, or 404. */
  sendAsset(path: string, response: ServerResponse): Promise<void>;
}

// The bundles that the packages bring along are not among their exports, so they are found beside package.json.
const ASSETS = {
  "/explorer/react.js": { of: "react", file: "umd/react.production.min.js", type: "text/javascript" },
  "/explorer/react-dom.js": { of: "react-dom", file: "umd/react-dom.production.min.js", type: "text/javascript" },
  "/explorer/graphiql.js": { of: "graphiql", file: "graphiql.min.js", type: "text/javascript" },
  "/explorer/graphiql.css": { of: "graphiql", file: "graphiql.min.css", type: "text/css" },
} as const;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; " +
  "connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** GraphiQL with the examples as tabs; queries go over HTTP, subscriptions over server-sent events. */
export function createGraphiql(examples: readonly ExampleOperation[]): Graphiql {
  const { resolve } = createRequire(import.meta.url);
  const files = new Map<string, Promise<string>>();
  const script = graphiqlScript(toScript(examples.map(({ document, variables }) => toTab(document, variables))));
  return {
    render: () => ({ html: PAGE, headers: htmlHeaders(POLICY) }),
    async sendAsset(path, response) {
      if (path === "/explorer/start.js") {
        send(response, 200, assetHeaders("text/javascript"), script);
      } else if (isAsset(path)) {
        const { of, file, type } = ASSETS[path];
        const text = files.get(path) ?? readFile(join(dirname(resolve(`${of}/package.json`)), file), "utf8");
        files.set(path, text);
        send(response, 200, assetHeaders(type), await text);
      } else {
        sendText(response, 404, "Not found.");
      }
    },
  };
}

function isAsset(path: string): path is keyof typeof ASSETS {
  return Object.hasOwn(ASSETS, path);
}

function toTab(document: string, variables: ExampleOperation["variables"]): { query: string; variables: string } {
  return { query: document, variables: variables === undefined ? "" : JSON.stringify(variables, null, 2) };
}

function assetHeaders(type: string): Readonly<Record<string, string>> {
  return { "content-type": `${type}; charset=utf-8`, "cache-control": "public, max-age=3600" };
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Cloud Assistant gateway: GraphiQL</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/explorer/graphiql.css">
<style>html, body, #graphiql { height: 100%; margin: 0; overflow: hidden; }</style>
</head>
<body>
<div id="graphiql">Loading GraphiQL.</div>
<script src="/explorer/react.js"></script>
<script src="/explorer/react-dom.js"></script>
<script src="/explorer/graphiql.js"></script>
<script src="/explorer/start.js"></script>
</body>
</html>
`;
