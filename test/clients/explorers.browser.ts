import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { startGateway, type TestGateway } from "../support/gateway.ts";
import { closeBrowser, openBrowser, type TestBrowser } from "./browser.ts";
import { world } from "./world.ts";

describe("in a browser", () => {
  let gateway: TestGateway;
  let browser: TestBrowser;
  beforeAll(async () => {
    gateway = await startGateway({ world, settings: { EXPLORER: "sandbox" } });
    browser = await openBrowser(new URL(gateway.url).origin);
  });
  afterAll(async () => {
    await browser.close();
    await closeBrowser();
    await gateway.stop();
  });

  it("the Laboratory runs an example by a click, follows a subscription with its headers, and asks no other host", async () => {
    const { page, foreign } = browser;
    const problems: string[] = [];
    const sent: (string | undefined)[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
    page.on("request", (request) => {
      if (request.url().includes("/graphql/stream")) sent.push(request.headers().authorization);
    });
    const run = page.getByRole("button", { name: "Run", exact: true });
    const answer = (text: string) => page.locator(".monaco-editor", { hasText: text }).first().waitFor();
    await page.goto(new URL("/explorer", gateway.url).href);
    await run.click();
    await answer('"t-00"');
    await page.screenshot({ path: join(tmpdir(), "cloud-assistant-gateway-laboratory.png") });
    await page.getByText("watchRun", { exact: true }).click();
    await page.getByText("Headers", { exact: true }).first().click();
    await page.locator(".monaco-editor:visible").nth(1).click();
    await page.keyboard.type('{"authorization":"Bearer of-nobody"');
    await run.click();
    await answer('"invocationUpdated"');
    const kept = await page.evaluate("JSON.stringify(localStorage)");
    expect([sent, String(kept).includes("of-nobody")]).toEqual([["Bearer of-nobody"], false]);
    expect([foreign, problems]).toEqual([[], []]);
  });

  it("Sandbox is told the first example and not to poll; without Apollo's script the page says where to go", async () => {
    const { page, foreign } = browser;
    await page.goto(gateway.url);
    await page.getByText("Apollo Sandbox is loaded from Apollo's servers.").waitFor();
    await page.screenshot({ path: join(tmpdir(), "cloud-assistant-gateway-sandbox.png") });
    const script = await page.locator("script").last().textContent();
    expect(script).toContain('"document":"# The newest runs of every source');
    expect(script).toContain('"variables":{"first":20},"pollForSchemaUpdates":false');
    expect(foreign.map((address) => new URL(address).host)).toEqual(["embeddable-sandbox.cdn.apollographql.com"]);
    await page.getByRole("link", { name: "/explorer" }).click();
    await page.getByText("recentRuns").first().waitFor();
  });
});
