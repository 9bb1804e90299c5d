import type { IncomingMessage, ServerResponse } from "node:http";

import { ANSWER_TYPES, chooseMediaType, send, sendText } from "../http/index.ts";
import { createLaboratory } from "./laboratory.ts";
import { type ExampleOperation, type Page, renderSandbox, toScript } from "./sandbox.ts";

/** Which explorer a browser gets at /graphql. */
export type ExplorerName = "sandbox" | "offline" | "none";

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
export type Explorers = (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

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
      sendPage(response, pages[explorer]);
      return true;
    }
    if (explorer === "none") return false;
    if (path === "/" && prefersHtml(request)) redirect(response, "/graphql");
    else if (path === "/graphiql") redirect(response, "/explorer");
    else if (path === "/explorer") sendPage(response, laboratory.render);
    else if (path.startsWith("/explorer/")) await laboratory.sendAsset(path, request, response);
    else return false;
    return true;
  };
}

function redirect(response: ServerResponse, location: string): void {
  sendText(response, 302, `See ${location}.`, { location });
}

function sendPage(response: ServerResponse, render: (() => Page) | null): void {
  if (render === null) {
    sendText(response, 404, "There is no explorer here. Send GraphQL requests with POST.");
    return;
  }
  const { html, headers } = render();
  send(response, 200, { vary: "Accept", ...headers }, html);
}

function prefersHtml({ headers: { accept } }: IncomingMessage): boolean {
  return (
    accept?.includes("text/html") === true && chooseMediaType(accept, [...ANSWER_TYPES, "text/html"]) === "text/html"
  );
}
