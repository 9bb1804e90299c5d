import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { Page } from "playwright-core";
import { systemClock } from "../../src/system-clock.ts";
import { AUDIENCE, startProvider, type TestProvider } from "../access/sign-in.ts";
import { closeBrowser, openBrowser, type TestBrowser } from "../clients/browser.ts";
import { type GuardedGateway, startGuardedGateway } from "../support/access.ts";
import { type PageServer, startPageServer } from "./page-server.ts";
import { findBarriers } from "./stage.ts";

interface Stage {
  readonly providers: readonly TestProvider[];
  readonly gateway: GuardedGateway;
  readonly server: PageServer;
  readonly browser: TestBrowser;
  readonly page: Page;
}

const GROUPS = { ann: ["owner"], eve: [] };
let stage: Stage;
let hoursAhead = 0;

/** A page in front of a gateway that knows these providers. */
async function open(...options: readonly Parameters<typeof startProvider>[1][]): Promise<Stage> {
  const providers = await Promise.all(options.map((one) => startProvider(GROUPS, one)));
  const oidc = providers.map(({ url }) => ({ issuer: url, audience: AUDIENCE, clientId: "page" }));
  const clock = { ...systemClock, now: () => Date.now() + hoursAhead * 3_600_000 };
  const gateway = await startGuardedGateway({ oidc }, {}, clock);
  const server = await startPageServer(gateway.url);
  for (const provider of providers) provider.admit(server.url);
  const browser = await openBrowser(server.url, ...providers.map(({ url }) => url));
  browser.page.setDefaultTimeout(60_000);
  return { providers, gateway, server, browser, page: browser.page };
}

/** What somebody does at the provider. */
async function passProvider(page: Page, account: string): Promise<void> {
  await page.locator('input[name="login"]').fill(account);
  await page.locator('input[name="password"]').fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

const signInButton = (page: Page) => page.getByRole("button", { name: "Sign in at 127.0.0.1" });

afterAll(closeBrowser);
beforeEach(() => {
  hoursAhead = 0;
  // The provider reminds of what it needs in production.
  for (const level of ["info", "warn"] as const) jest.spyOn(console, level).mockImplementation(() => {});
});
afterEach(async () => {
  jest.restoreAllMocks();
  await stage.browser.close();
  await stage.server.stop();
  await stage.gateway.stop();
  for (const provider of stage.providers) await provider.stop();
});

describe("signing in at an OpenID Connect provider", () => {
  it("leads through the provider back to where the reader was, and out again", async () => {
    stage = await open({});
    const { page, server } = stage;
    await page.goto(`${server.url}/?command=deploy-crimson`);
    await page.getByText("Sign in to see runs.").waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await signInButton(page).click();
    await passProvider(page, "ann");
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
    expect(page.url()).toBe(`${server.url}/?command=deploy-crimson`);
    await page.reload();
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
    await page.getByRole("button", { name: "ann" }).click();
    const dialog = page.getByRole("dialog", { name: "Who you are" });
    expect(await dialog.locator("dd").allTextContents()).toEqual(["owner", "runs, command texts, outputs"]);
    expect(await findBarriers(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.getByText("Sign in to see runs.").waitFor();
    expect(await page.evaluate(() => ({ ...sessionStorage }))).toEqual({});
    await signInButton(page).click();
    await page.locator('input[name="login"]').waitFor();
  });

  it("refuses an answer that this tab did not ask for, and leaves a session as it is", async () => {
    stage = await open({});
    const { page, server } = stage;
    await page.goto(`${server.url}/?code=stolen&state=forged`);
    await page.getByText("This answer belongs to no sign-in that this tab began.").waitFor();
    expect(page.url()).toBe(`${server.url}/`);
    await signInButton(page).click();
    await page.waitForURL(`${stage.providers[0]?.url}/**`);
    await page.goto(`${server.url}/?code=stolen&state=forged`);
    await page.getByText("This answer belongs to no sign-in that this tab began.").waitFor();
    await signInButton(page).click();
    await passProvider(page, "ann");
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
    await page.goto(`${server.url}/?code=stolen&state=forged`);
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
  });

  it("says what the provider said when somebody turns back there", async () => {
    stage = await open({});
    const { page, server } = stage;
    await page.goto(server.url);
    await signInButton(page).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await page.getByText("The sign-in service refused.").waitFor();
    await signInButton(page).waitFor();
  });

  it("asks again when the token has ended, and keeps the address", async () => {
    stage = await open({});
    const { page, server } = stage;
    await page.goto(`${server.url}/?state=running`);
    await signInButton(page).click();
    await passProvider(page, "ann");
    await page.getByRole("button", { name: "ann" }).waitFor();
    hoursAhead = 2;
    await page.getByText("Your sign-in has ended, or the gateway does not accept it.").waitFor();
    hoursAhead = 0;
    await signInButton(page).click();
    // The provider still knows who it is.
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "ann" }).waitFor();
    await page.waitForURL(`${server.url}/?state=running`);
  });

  it("renews a token that is about to end, once for all who ask", async () => {
    stage = await open({ tokenSeconds: 20, refreshes: true });
    const { page, server } = stage;
    const grants: (string | null)[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/token"))
        grants.push(new URLSearchParams(request.postData() ?? "").get("grant_type"));
    });
    await page.goto(server.url);
    await signInButton(page).click();
    await passProvider(page, "ann");
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
    const first = server.lastHeaders().authorization;
    await page.waitForRequest(
      (request) => request.url().endsWith("/graphql") && request.headers().authorization !== first,
    );
    expect(grants.slice(0, 2)).toEqual(["authorization_code", "refresh_token"]);
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
    expect(await page.evaluate(() => sessionStorage.getItem("session"))).not.toContain("refresh");
  });

  it("lets somebody without a role know, and sign in as another", async () => {
    stage = await open({}, {});
    const { page, server, providers } = stage;
    await page.goto(server.url);
    await signInButton(page).first().waitFor();
    expect(await signInButton(page).allTextContents()).toEqual(
      providers.map(({ url }) => `Sign in at ${new URL(url).host}`),
    );
    await signInButton(page).first().click();
    await passProvider(page, "eve");
    await page.getByText("no role of yours gives it").waitFor();
    await signInButton(page).last().click();
    await passProvider(page, "ann");
    await page.getByRole("link", { name: "deploy-crimson" }).first().waitFor();
  });

  it("says that the provider does not answer", async () => {
    stage = await open({});
    const { page, server, providers } = stage;
    await page.goto(server.url);
    await signInButton(page).waitFor();
    await providers[0]?.stop();
    await signInButton(page).click();
    await page.getByText("The sign-in service does not answer").waitFor();
    await signInButton(page).waitFor();
  });

  it("says which parts of a run a key does not give", async () => {
    stage = await open({});
    const { page, server, gateway } = stage;
    await page.goto(server.url);
    await page.getByText("Use a token or a key").click();
    await page.getByLabel("Access token or key").fill(gateway.keys.viewer);
    await page.getByRole("button", { name: "Use this token" }).click();
    await page.getByRole("link", { name: "audit-crimson" }).click();
    await page.getByText("No role of yours gives the text of commands.").waitFor();
    await page.locator("li.server-row a").click();
    await page.getByText("No role of yours gives what servers printed.").waitFor();
    await page.getByRole("button", { name: "viewer" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Sign in to see runs.").waitFor();
  });
});
