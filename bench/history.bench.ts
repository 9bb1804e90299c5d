/**
 * Walks over one history: how exact they are in random worlds that drift, and what a page costs. Prints figures; fails where a
 * run is lost, doubled or out of order, or where a page costs more than it may.
 *
 * `npx tsx bench/history.bench.ts [worlds] [seed]`: 500 worlds unless told otherwise, each walked in both directions; 50,000 take
 * about half an hour. A plan that was printed, given as JSON instead, is walked once more.
 */
import { performance } from "node:perf_hooks";
import fc from "fast-check";
import type { Invocation } from "#domain";
import type { Page } from "#services";
import { createPlannedWorld } from "../test/services/support/drift.ts";
import { countCalls, createFixedSource } from "../test/services/support/fixed.ts";
import { createGateway, PLAIN } from "../test/services/support/gateway.ts";
import { type Plan, planArbitrary } from "../test/services/support/plan.ts";
import { judgeWalk } from "../test/services/support/verdict.ts";
import { createOperation } from "../test/support/operation.ts";

/** A hundred thousand walks take a while. */
const PROGRESS_EVERY = 10_000;

/** What random walks came to. */
export interface WalkFigures {
  readonly walks: number;
  readonly seed: number;
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Runs that arrived during a walk and were shown on a later page of it. */
  readonly late: number;
  /** Walks whose sources failed page after page. */
  readonly unended: number;
}

/** Walks random worlds in both directions; `seed` makes the same worlds again. */
export function measureWalks(worlds: number, seed: number): Promise<WalkFigures> {
  return walkPlans(fc.sample(planArbitrary, { numRuns: worlds, seed }), seed);
}

async function walkPlans(plans: readonly Plan[], seed: number): Promise<WalkFigures> {
  const figures = { walks: 0, seed, lost: 0, doubled: 0, outOfOrder: 0, late: 0, unended: 0 };
  for (const plan of plans) {
    for (const direction of [1, -1] as const) {
      figures.walks += 1;
      if (figures.walks % PROGRESS_EVERY === 0) console.log(`history: ${figures.walks} walks so far`);
      const verdict = await judgeWalk(createPlannedWorld(plan), direction).catch((error: unknown) => `${error}`);
      const isExact = typeof verdict !== "string" && Object.values(verdict).every((names) => names.length === 0);
      if (!isExact) {
        console.log(`history: not exact, direction ${direction}: ${JSON.stringify(plan)} ${JSON.stringify(verdict)}`);
      }
      if (typeof verdict === "string") {
        figures.unended += 1;
        continue;
      }
      figures.lost += verdict.lost.length;
      figures.doubled += verdict.doubled.length;
      figures.outOfOrder += verdict.outOfOrder.length;
      figures.late += verdict.late.length;
    }
  }
  return figures;
}

/** What the pages of a long walk cost. */
export interface PageFigures {
  /** Upstream calls by page, the first one first. */
  readonly calls: readonly number[];
  /** Heap in use after each tenth of the pages, in MiB. */
  readonly heapMiB: readonly number[];
  readonly msPerPage: number;
}

/** Walks `pages` pages of 20 over `sources` sources of `runs` runs each. */
export async function measurePages(sources: number, runs: number, pages: number): Promise<PageFigures> {
  const worlds = Array.from({ length: sources }, (_, position) => createFixedSource(position, runs));
  // Small caches, so that what grows is not what is kept on purpose.
  const gateway = createGateway(worlds, { bytesMax: 32 * 2 ** 20 });
  const calls: number[] = [];
  const heapMiB: number[] = [];
  const begin = performance.now();
  let after: string | null = null;
  for (let number = 1; number <= pages; number += 1) {
    await gateway.clock.advance(2_000);
    const before = countCalls(worlds);
    const page: Page<Invocation> = await gateway.services.pageInvocations(
      { first: 20, after },
      {},
      PLAIN,
      createOperation(),
    );
    calls.push(countCalls(worlds) - before);
    after = page.endCursor();
    if (number % Math.ceil(pages / 10) !== 0) continue;
    globalThis.gc?.();
    heapMiB.push(Math.round(process.memoryUsage().heapUsed / 2 ** 20));
  }
  return { calls, heapMiB, msPerPage: (performance.now() - begin) / pages };
}

/** Prints what was measured; true where everything is as it must be. */
export async function reportHistory(worlds: number, seed: number): Promise<boolean> {
  const walks = await measureWalks(worlds, seed);
  console.log(
    `history: ${walks.walks} walks (seed ${seed}): ${walks.lost} lost, ${walks.doubled} doubled, ${walks.outOfOrder} out of order, ${walks.late} late, ${walks.unended} without an end`,
  );
  const { calls, heapMiB, msPerPage } = await measurePages(12, 10_000, 200);
  console.log(
    `history: 12 sources of 10,000 runs: page 1 ${calls[0]}, page 2 ${calls[1]}, page 200 ${calls[199]} calls;` +
      ` most ${Math.max(...calls)}, allowed 12 and one for each 50 runs of a source; ${msPerPage.toFixed(1)} ms a page`,
  );
  console.log(`history: heap over the walk, MiB: ${heapMiB.join(" ")}`);
  const isWhole = walks.lost + walks.doubled + walks.outOfOrder + walks.late + walks.unended === 0;
  return isWhole && calls[199] === calls[1] && Math.max(...calls) <= 12 + 12;
}

async function replay(text: string): Promise<boolean> {
  const plan = JSON.parse(text) as Plan;
  const { walks, seed, ...faults } = await walkPlans([plan], plan.seed);
  console.log(`history: ${walks} walks of the plan with seed ${seed}: ${JSON.stringify(faults)}`);
  return Object.values(faults).every((count) => count === 0);
}

const [worlds = "500", seed = String(Math.floor(Math.random() * 2 ** 31))] = process.argv.slice(2);
const isExact = worlds.startsWith("{") ? replay(worlds) : reportHistory(Number(worlds), Number(seed));
if (!(await isExact)) process.exitCode = 1;
