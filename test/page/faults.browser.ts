import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";

import { toGlobalId } from "../../src/graph/declarations/global-id.ts";
import { closeBrowser } from "../clients/browser.ts";
import { findBarriers, openStage, type Stage } from "./stage.ts";
import { ODD_NAME } from "./world.ts";

describe("the page when something is wrong", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.stop();
    await closeBrowser();
  });
  beforeEach(() => void stage.problems.splice(0));
  afterEach(() => {
    stage.server.refuse(null);
    stage.gateway.emulator.setFaults([]);
  });

  const isFailedRequest = (problem: string): boolean => problem.startsWith("Failed to load resource");
  const noProblems = async (): Promise<void> => {
    const others = stage.problems.filter((problem) => !isFailedRequest(problem));
    expect([await findBarriers(stage.page), others]).toEqual([[], []]);
  };
  const row = (name: string) => stage.page.getByRole("link", { name });

  it("names the source that fails, with its code and when it was asked, and shows what the others have", async () => {
    const { page, open, gateway } = stage;
    gateway.emulator.setFaults([{ regionId: "cn-beijing", fault: { kind: "error", code: "Forbidden.RAM" } }]);
    await open("/");
    await page.getByRole("status").getByText("ECS cn-beijing", { exact: true }).waitFor();
    await row(ODD_NAME).waitFor();
    await page.getByRole("button", { name: "1 of 2 sources failing" }).click();
    const dialog = page.getByRole("dialog", { name: "Sources" });
    await dialog.getByText("FORBIDDEN", { exact: true }).waitFor();
    expect(await dialog.textContent()).toContain("Asking again does not help: the cause has to be mended.");
    await dialog.locator("time").nth(1).waitFor();
    expect(await dialog.locator("time").count()).toBe(2);
    await noProblems();
    await page.keyboard.press("Escape");
    gateway.emulator.setFaults([]);
    await page.getByRole("status").waitFor({ state: "detached" });
    await row("other").waitFor();
  });

  it("keeps its rows when the gateway dies, says so, and goes on when it is back", async () => {
    const { page, open, server } = stage;
    await open("/");
    await row(ODD_NAME).waitFor();
    server.refuse(0);
    await page.getByText("The gateway does not answer. What you see may be old.").waitFor();
    expect(await row(ODD_NAME).count()).toBe(1);
    await noProblems();
    server.refuse(null);
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  it("says that a gateway is dead, and tries again when asked", async () => {
    const { page, open, server, idsOf } = stage;
    const { run } = await idsOf("t-fleet");
    server.refuse(0);
    await open(`/runs/${run}`);
    const again = page.getByRole("button", { name: "Try again" });
    await again.waitFor();
    server.refuse(null);
    // A real click waits until the button stands still, and the page may go on alone meanwhile.
    await again.dispatchEvent("click");
    await page.getByRole("heading", { name: "deploy" }).waitFor();
  });

  it("asks for a token when the gateway wants one, and sends it with questions and streams", async () => {
    const { page, open, server, idsOf } = stage;
    const { run } = await idsOf("t-running");
    server.refuse(401);
    await open(`/runs/${run}`);
    await page.getByText("Sign in to see runs.").waitFor();
    await noProblems();
    const stream = page.waitForRequest("**/graphql/stream");
    await page.getByLabel("Access token").fill("secret-token");
    server.refuse(null);
    await page.getByRole("button", { name: "Use this token" }).click();
    await page.getByRole("heading", { name: "follow" }).waitFor();
    expect((await stream).headers().authorization).toBe("Bearer secret-token");
    expect(server.lastHeaders().authorization).toBe("Bearer secret-token");
    await page.evaluate(() => sessionStorage.clear());
  });

  it("says that a right is missing", async () => {
    stage.server.refuse(403);
    await stage.open("/");
    await stage.page.getByText("no role of yours gives it").waitFor();
  });

  it.each([
    ["/runs/damaged", "This address is damaged"],
    ["/runs/damaged/damaged", "This address is damaged"],
    ["/runs/a/b/c", "There is nothing at this address."],
    ["/?command=nothing", "No run fits these filters."],
    ["/?server=shop-1", "No run fits these filters."],
  ])("at %s says what is wrong and leads on", async (path, sentence) => {
    const { page, open } = stage;
    await open(path);
    await page.getByText(sentence).waitFor();
    expect(await page.locator("main").locator("a, button").count()).toBeGreaterThan(0);
    await noProblems();
  });

  it("says that an output is too large, and lets the reader download it", async () => {
    const { page, open, idsOf, gateway } = stage;
    const output = `${"x".repeat(8_500_000)}\nend\n`;
    const instances = [{ instanceId: "i-001", output }];
    gateway.emulator.world.addInvocation("ecs", "cn-hangzhou", { invokeId: "t-huge", commandName: "huge", instances });
    const { run, server } = await idsOf("t-huge");
    await open(`/runs/${run}/${server}`);
    await page.getByText("This output is too large to be shown here.").waitFor();
    await noProblems();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(readFileSync(await download.path(), "utf8")).toBe(output);
  });

  it("says that a run is gone, and shows what was read of it", async () => {
    const { page, open, idsOf, gateway } = stage;
    const { world } = gateway.emulator;
    const instances = [{ instanceId: "i-001", status: "Running" }];
    world.addInvocation("ecs", "cn-hangzhou", { invokeId: "t-short", commandName: "short", instances });
    const { run } = await idsOf("t-short");
    await open(`/runs/${run}`);
    await page.getByRole("heading", { name: "short" }).waitFor();
    world.removeInvocation("ecs", "cn-hangzhou", "t-short");
    await page.getByText("The upstream does not know this run any more").waitFor();
    await page.getByRole("heading", { name: "short" }).waitFor();
    await noProblems();
  });

  it("says that a run is not known", async () => {
    const { page, open } = stage;
    const ref = { provider: "ECS", account: "default", regionId: "cn-hangzhou" } as const;
    const run = { source: ref, invokeId: "t-never" };
    await open(`/runs/${toGlobalId({ type: "Invocation", ...run })}`);
    await page.getByText("This run is not known.").waitFor();
    await noProblems();
    await open(
      `/runs/${toGlobalId({ type: "Invocation", ...run })}/${toGlobalId({ type: "InstanceInvocation", ...run, instanceId: "i-001" })}`,
    );
    await page.getByText("This output is not known.").waitFor();
    await noProblems();
  });

  it("shows what went wrong when no source answers at all, and goes on once they do", async () => {
    const { page, open, gateway } = stage;
    gateway.emulator.setFaults([{ fault: { kind: "error", code: "ServiceUnavailable" } }]);
    await open("/?command=never-read");
    const again = page.getByRole("button", { name: "Try again" });
    await again.waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("ServiceUnavailable");
    await noProblems();
    gateway.emulator.setFaults([]);
    // A real click waits until the button stands still, and the page may go on alone meanwhile.
    await again.dispatchEvent("click");
    await page.getByText("No run fits these filters.").waitFor();
  });
});
