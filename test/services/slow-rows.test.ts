import { describe, expect, it } from "@jest/globals";
import type { Invocation } from "#domain";
import type { Page } from "#services";
import { createOperation } from "../support/operation.ts";
import { createFixedSource, NEWEST, sourceAt } from "./support/fixed.ts";
import { createGateway, type Gateway, PLAIN } from "./support/gateway.ts";
import { createFailure } from "./support/records.ts";

const RUNNING = 80;
const SINCE = { createdAfter: new Date(NEWEST - 86_400_000).toISOString() };

type Ask = (services: Gateway["services"]) => Promise<Page<Invocation>>;

const listed: Ask = async (services) => {
  const { endCursor } = await services.pageInvocations({ first: 100 }, {}, PLAIN, createOperation());
  return services.pageInvocations({ first: 100, after: endCursor() }, {}, PLAIN, createOperation());
};
const inOrder: Ask = (services) =>
  services.pageOrdered({ last: 100 }, "FINISH_TIME_DESC", SINCE, PLAIN, createOperation());

/** Two sources, of which the first has an old run that still runs; `answers` says what reading such a run comes to. */
function createScene(read: { answers: () => void | Promise<void> }) {
  const worlds = [createFixedSource(0, 150), createFixedSource(1, 150)];
  const [slow] = worlds;
  if (slow === undefined) throw new Error("There is no source.");
  slow.runs = slow.runs.map((run, serial) => (serial === RUNNING ? { ...run, status: "RUNNING" } : run));
  slow.beforeCall = () => (slow.calls.at(-1)?.startsWith("run ") ? read.answers() : undefined);
  return createGateway(worlds);
}

/** Lets the time pass until a page is there. */
async function settle<Value>(value: Promise<Value>, { clock }: Gateway): Promise<Value> {
  let isOpen = true;
  const end = value.finally(() => {
    isOpen = false;
  });
  for (let steps = 0; isOpen && steps < 100; steps += 1) await clock.advance(100);
  return end;
}

const told = ({ sources }: Page<Invocation>, since: number) =>
  sources.map(({ isCurrent, asOf, error }) => [isCurrent, asOf !== null && asOf >= since, error?.code ?? null]);

describe.each([
  ["a page of the list", listed, true],
  // Rows are chosen by their states, so that one that could not be read makes the choice as old as it is.
  ["a page in another order", inOrder, false],
])("%s with a row that still runs", (_name, ask, isChosenNow) => {
  it.each<[string, () => void | Promise<void>, unknown]>([
    ["is current if the row is read in time", () => {}, [true, true, null]],
    ["is as old as the row if that is not read in time", () => new Promise(() => {}), [false, false, null]],
    [
      "tells why the row could not be read",
      () => {
        throw createFailure(sourceAt(0), "FORBIDDEN");
      },
      [isChosenNow, isChosenNow, "FORBIDDEN"],
    ],
  ])("%s", async (_fact, answers, first) => {
    const read = { answers: (): void | Promise<void> => {} };
    const gateway = createScene(read);
    await settle(ask(gateway.services), gateway);
    await gateway.clock.advance(3_600_000);
    read.answers = answers;
    const since = gateway.clock.now();
    const page = await settle(ask(gateway.services), gateway);
    expect(page.edges.some(({ node }) => node.status === "RUNNING")).toBe(true);
    expect(told(page, since)).toEqual([first, [true, true, null]]);
  });
});

describe("a page beside a source that does not even tell its lists", () => {
  it("has all rows of the others, also those that are still to be read", async () => {
    const [quick, silent] = [createFixedSource(0, 130), createFixedSource(1, 130)];
    quick.beforeCall = () => new Promise((resolve) => setImmediate(resolve));
    const openLists = () => new Promise<never>(() => {});
    const gateway = createGateway([quick, { upstream: { ...silent.upstream, openLists } }]);
    const page = (after: string | null) =>
      settle(gateway.services.pageInvocations({ first: 40, after }, {}, PLAIN, createOperation()), gateway);
    const first = await page(null);
    const second = await page(first.endCursor());
    expect([first.edges.length, second.edges.length]).toEqual([40, 40]);
    expect(second.sources.map(({ isComplete }) => isComplete)).toEqual([true, false]);
    expect(quick.calls).toHaveLength(2);
  });
});
