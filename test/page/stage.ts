import axe from "axe-core";
import type { Page } from "playwright-core";
import { openBrowser, type TestBrowser } from "../clients/browser.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { createPageWorld } from "./world.ts";

/** A browser at the page, in front of a whole gateway on an embedded world. */
export interface Stage {
  readonly gateway: TestGateway;
  readonly server: PageServer;
  readonly page: Page;
  readonly browser: TestBrowser;
  /** Errors of the page and of its console, policy violations among them. */
  readonly problems: string[];
  /** Opens an address within the page. */
  open(path: string): Promise<void>;
  /** The gateway's id of a run, and of its part on one server. */
  idsOf(invokeId: string, instanceId?: string): Promise<{ readonly run: string; readonly server: string }>;
  stop(): Promise<void>;
}

/** Starts everything; the world's times are relative to now. */
export async function openStage(): Promise<Stage> {
  // A run is gone after three looks without it.
  const settings = { WATCH_MIN_INTERVAL_MS: "250" };
  const gateway = await startGateway({ world: createPageWorld(Date.now()), settings });
  const server = await startPageServer(gateway.url);
  const browser = await openBrowser(server.url);
  const { page } = browser;
  page.setDefaultTimeout(60_000);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
  return {
    gateway,
    server,
    page,
    browser,
    problems,
    open: async (path) => void (await page.goto(`${server.url}${path}`)),
    idsOf: (invokeId, instanceId = "") => findIds(gateway, invokeId, instanceId),
    async stop() {
      await browser.close();
      await server.stop();
      await gateway.stop();
    },
  };
}

interface Found {
  readonly invocations: { readonly nodes: readonly { readonly id: string }[] };
  readonly invocation: {
    readonly instanceInvocations: {
      readonly nodes: readonly FoundServer[];
      readonly pageInfo: { readonly endCursor: string | null };
    };
  };
}

interface FoundServer {
  readonly id: string;
  readonly instanceId: string;
}

async function findIds(
  gateway: TestGateway,
  invokeId: string,
  instanceId: string,
  after: string | null = null,
): ReturnType<Stage["idsOf"]> {
  const query = `query ($invokeId: String!, $after: String) {
    invocations(first: 1, filter: { invokeId: $invokeId }) { nodes { id } }
    invocation(provider: ECS, regionId: "cn-hangzhou", invokeId: $invokeId) {
      instanceInvocations(first: 100, after: $after) { nodes { id instanceId } pageInfo { endCursor } }
    }
  }`;
  const { data } = await gateway.ask<Found>(query, { invokeId, after });
  const { nodes, pageInfo } = data.invocation.instanceInvocations;
  const server = nodes.find((node) => node.instanceId === instanceId) ?? (instanceId === "" ? nodes[0] : undefined);
  if (server !== undefined) return { run: data.invocations.nodes[0]?.id ?? "", server: server.id };
  if (pageInfo.endCursor === null) throw new Error(`the world has no ${instanceId} in ${invokeId}`);
  return findIds(gateway, invokeId, instanceId, pageInfo.endCursor);
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: unknown; readonly failureSummary: string }[];
  }[];
}

/** What axe-core finds on the page, by rule and element; contrast, names, roles and all of WCAG A and AA. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // The policy forbids scripts from elsewhere, so that this one comes through the debugger.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResult;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${String(target)} ${failureSummary}`),
  );
}
