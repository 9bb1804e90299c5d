import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Locator } from "playwright-core";
import { closeBrowser } from "../clients/browser.ts";
import { builtPage } from "./page-server.ts";
import { findBarriers, openStage, type Stage } from "./stage.ts";
import { FAILED_OUTPUT, ODD_NAME } from "./world.ts";

const MAX_BYTES = 90 * 1024;

it("the page weighs at most 90 KB compressed, and names no other host", async () => {
  const folder = await builtPage();
  const files = [
    join(folder, "index.html"),
    ...readdirSync(join(folder, "assets")).map((name) => join(folder, "assets", name)),
  ];
  const texts = files.map((file) => readFileSync(file));
  expect(files).toHaveLength(3);
  expect(texts.reduce((sum, text) => sum + gzipSync(text).length, 0)).toBeLessThanOrEqual(MAX_BYTES);
  expect(String(texts[0])).not.toMatch(/<script>|<style>|https?:/);
});

/** Scrolls down as somebody does who looks for the end: on and on, as rows come. */
async function scrollUntil(rows: Locator, wanted: string): Promise<void> {
  for (let times = 0; times < 400 && (await rows.locator(wanted).count()) === 0; times += 1) {
    await rows.evaluate((box) => box.scrollBy(0, 9_999));
  }
  await rows.locator(wanted).waitFor();
}

describe("the page", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.stop();
    await closeBrowser();
  });
  beforeEach(() => void stage.problems.splice(0));

  const noProblems = async (): Promise<void> => {
    expect([await findBarriers(stage.page), stage.problems, stage.browser.foreign]).toEqual([[], [], []]);
  };

  it("lists runs, narrows them by its address, and pages on to the oldest", async () => {
    const { page, open } = stage;
    await open("/");
    await page.getByRole("link", { name: ODD_NAME }).waitFor();
    await noProblems();
    await page.getByRole("button", { name: "Failed" }).click();
    await page.waitForURL("**/?state=failed");
    await page.getByText("Partly failed").first().waitFor();
    expect(await page.locator(".run-row:not(.columns) .status.good").count()).toBe(0);
    await open("/?region=cn-beijing");
    await page.getByRole("link", { name: "other" }).waitFor();
    expect(await page.locator(".run-row:not(.columns)").count()).toBe(1);
    await open("/?command=deploy");
    await page.getByRole("link", { name: "deploy" }).first().waitFor();
    const rows = page.getByRole("region", { name: "Runs" });
    await scrollUntil(rows, '[aria-posinset="181"]');
    await page.getByText("End of the list").waitFor();
    expect(await page.locator(".run-row").count()).toBeLessThan(80);
  });

  it("holds new runs back from a reader who scrolled, and says how many there are", async () => {
    const { page, open, gateway } = stage;
    await open("/");
    await page.getByRole("link", { name: ODD_NAME }).waitFor();
    await page.getByRole("region", { name: "Runs" }).evaluate((box) => box.scrollTo(0, 400));
    gateway.emulator.world.addInvocation("ecs", "cn-hangzhou", { commandName: "brand-new", instances: ["i-001"] });
    const notice = page.getByRole("button", { name: "1 new run" });
    await notice.waitFor();
    expect(await page.getByRole("link", { name: "brand-new" }).count()).toBe(0);
    await notice.click();
    await page.getByRole("link", { name: "brand-new" }).waitFor();
  });

  it("finds the one failed server of 300, why, and what it printed last", async () => {
    const { page, open, idsOf } = stage;
    const { run } = await idsOf("t-fleet");
    await open(`/runs/${run}`);
    const first = page.locator('[data-row="0"]');
    await first.getByText("shop-123").waitFor();
    expect(await first.textContent()).toContain("the exit code is not zero");
    await page.getByText("Error: disk is full <script>alert(1)</script>").waitFor();
    await page.getByText("Read the output and look the exit code up").first().waitFor();
    await noProblems();
    const rows = page.getByRole("region", { name: "Servers" }).last();
    await scrollUntil(rows, '[aria-posinset="300"]');
    await page.getByRole("button", { name: "1 Failed" }).click();
    await page.locator('[data-row="1"]').waitFor({ state: "detached" });
    const found = page.locator("li.server-row");
    await found.waitFor();
    expect(await found.allTextContents()).toEqual([expect.stringContaining("shop-123")]);
  });

  it("lays equal outputs together, names their servers, and shows how the others differ", async () => {
    const { page, open, idsOf } = stage;
    const { run } = await idsOf("t-fleet");
    await open(`/runs/${run}?view=outputs`);
    await page.getByText("299 servers").waitFor();
    expect(await page.locator(".sides.changed .side-text").first().textContent()).toBe("ok");
    expect(await page.locator(".names").first().textContent()).toBe("shop-0shop-1shop-2and 296 more");
    await noProblems();
  });

  it("compares with what most servers printed, and has those that printed nothing last", async () => {
    const { page, open, idsOf } = stage;
    const { run } = await idsOf("t-silent");
    const read = async () => [
      await page.locator(".group-head").allTextContents(),
      await page.locator(".excerpt").allTextContents(),
      await page.locator(".difference > .sides.muted").allTextContents(),
    ];
    await open(`/runs/${run}?view=outputs`);
    await page.getByText("3 kinds of output").waitFor();
    expect(await read()).toEqual([
      [
        "2 serversSuccessexit code 0shop-3shop-4",
        "1 serverFailedexit code 3shop-5",
        "3 serversSuccessexit code 0shop-0shop-1shop-2",
      ],
      ["warning: 7 old files on shop-3"],
      ["− shop-3 and 1 more+ shop-5 "],
    ]);
    await noProblems();
    await page.getByRole("button", { name: "Identical" }).click();
    await page.getByText("4 kinds of output").waitFor();
    expect((await read())[0]).toHaveLength(4);
    await page.getByRole("button", { name: "Alike" }).click();
  });

  it("shows the output of a run on a single server, and compares nothing", async () => {
    const { page, open, idsOf } = stage;
    const { run } = await idsOf("t-alone");
    await open(`/runs/${run}`);
    await page.getByRole("link", { name: "Output", exact: true }).click();
    await page.getByText("done").waitFor();
    expect(await page.locator(".groups").textContent()).toBe("Successexit code 0shop-9done");
    await noProblems();
  });

  it("draws how often a command failed lately", async () => {
    const { page, open, idsOf } = stage;
    const { run } = await idsOf("t-fleet");
    await open(`/runs/${run}?view=earlier`);
    await page.getByText("Failed in 6 of the last 50 runs of this command").waitFor();
    expect(await page.locator(".chart a").count()).toBe(50);
    await noProblems();
  });

  it("shows an output with colours and numbers, searches it and leads to a line", async () => {
    const { page, open, idsOf } = stage;
    const { run, server } = await idsOf("t-fleet", "i-123");
    await open(`/runs/${run}/${server}#L300`);
    await page.locator(".text-row.linked", { hasText: "step 299" }).waitFor();
    await noProblems();
    await page.keyboard.press("/");
    await page.keyboard.type("ERROR");
    await page.getByText("1 of 2").waitFor();
    expect(await page.locator("mark.current").textContent()).toBe("Error");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByText("2 of 2").waitFor();
    await page.keyboard.press("g");
    expect(await page.locator(".fg2").textContent()).toBe("begin");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("t-fleet-i-123.txt");
    expect(readFileSync(await download.path(), "utf8")).toBe(FAILED_OUTPUT);
  });

  it("goes to the next match also if its key comes before the first one is drawn", async () => {
    const { page, open, idsOf } = stage;
    const { run, server } = await idsOf("t-fleet", "i-123");
    await open(`/runs/${run}/${server}`);
    await page.getByText("begin").waitFor();
    await page.locator("input[type=search]").evaluate(async (field: HTMLInputElement) => {
      field.value = "ERROR";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
      for (let tick = 0; tick < 10; tick++) await null;
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", bubbles: true }));
    });
    await page.getByText("2 of 2").waitFor();
    expect(await page.locator("mark.current").textContent()).toBe("error");
    await noProblems();
  });

  it("stays where the last key led, also if the keys come faster than the drawing", async () => {
    const { page, open, idsOf } = stage;
    const { run, server } = await idsOf("t-fleet", "i-123");
    await open(`/runs/${run}/${server}`);
    await page.getByText("begin").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("ERROR");
    await page.keyboard.press("Escape");
    await page.getByText("1 of 2").waitFor();
    const places = await page.locator("section.rows").evaluate(async (rows) => {
      const places: number[] = [];
      for (const keys of [[], ["n", "g"]]) {
        for (const key of keys) {
          document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          for (let tick = 0; tick < 10; tick++) await null;
          places.push(rows.scrollTop);
        }
        // Longer than effects wait that run after a drawing.
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 200)));
      }
      return [...places, rows.scrollTop];
    });
    expect(places).toEqual([expect.any(Number), 0, 0]);
    expect(places[0]).toBeGreaterThan(0);
    await noProblems();
  });

  it("says what is missing from an output", async () => {
    const { page, open, idsOf } = stage;
    const cut = await idsOf("t-odd", "i-001");
    await open(`/runs/${cut.run}/${cut.server}`);
    await page.getByText("5,000 bytes are gone").waitFor();
    const lossy = await idsOf("t-odd", "i-002");
    await open(`/runs/${lossy.run}/${lossy.server}`);
    await page.getByText("Some bytes are no").waitFor();
    const none = await idsOf("t-odd", "i-003");
    await open(`/runs/${none.run}/${none.server}`);
    await page.getByText("There is no output: the command did not run here.").waitFor();
    await noProblems();
  });

  it("follows a run to its end", async () => {
    const { page, open, idsOf, gateway } = stage;
    const { run, server } = await idsOf("t-running");
    await open(`/runs/${run}`);
    await page.getByText("Live").waitFor();
    await open(`/runs/${run}/${server}`);
    await page.getByText("first").waitFor();
    const { world } = gateway.emulator;
    const print = (lines: number): void => {
      const output = Array.from({ length: lines }, (_, index) => `line ${index}\n`).join("");
      world.updateRecord("ecs", "cn-hangzhou", "t-running", "i-000", { output });
    };
    print(200);
    await page.getByText("line 199").waitFor();
    print(400);
    await page.getByText("line 399").waitFor();
    await page.keyboard.press("g");
    await page.getByText("line 0", { exact: true }).waitFor();
    print(500);
    await page.getByText("500 lines").waitFor();
    expect(await page.getByText("line 499").count()).toBe(0);
    await page.keyboard.press("f");
    await page.getByText("line 499").waitFor();
    await page.goBack();
    await page.getByText("Live").waitFor();
    world.finishInvocation("ecs", "cn-hangzhou", "t-running", { output: "first\nsecond\nthird\n" });
    await page.locator(".title .status.good").waitFor();
    expect(await page.getByText("Live").count()).toBe(0);
  });

  it("is used by the keyboard alone", async () => {
    const { page, open } = stage;
    await open("/?command=deploy");
    await page.getByRole("link", { name: "deploy" }).first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await noProblems();
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await page.locator('[data-row="0"] a:focus').waitFor();
    await page.keyboard.press("j");
    await page.locator('[data-row="1"] a:focus').waitFor();
    await page.keyboard.press("k");
    await page.locator('[data-row="0"] a:focus').waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "deploy" }).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForURL("**/?command=deploy");
  });

  it("speaks Chinese, and is as legible in the dark and on a phone", async () => {
    const { page, open, idsOf } = stage;
    await open("/");
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByText("云助手").waitFor();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("link", { name: ODD_NAME }).waitFor();
    await noProblems();
    const { run, server } = await idsOf("t-fleet", "i-123");
    for (const path of [
      `/runs/${run}`,
      `/runs/${run}?view=outputs`,
      `/runs/${run}?view=earlier`,
      `/runs/${run}/${server}`,
    ]) {
      await open(path);
      await page.locator("[data-row], .sides, .text-row").first().waitFor();
      await noProblems();
      expect(await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
    }
    await page.getByRole("button", { name: "English" }).click();
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("has docs that are as legible, light and dark, wide and narrow, with a window that is no wider than its own", async () => {
    const { page, open } = stage;
    for (const [colorScheme, width] of [["light", 1280] as const, ["dark", 390] as const]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      for (const path of ["", "/errors", "/page", "/schema/operations"]) {
        await open(`/docs${path}`);
        await noProblems();
        expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 844 });
  });
});
