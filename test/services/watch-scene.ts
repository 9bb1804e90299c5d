import { type Invocation, type Operation, UpstreamError, type UpstreamFailure } from "#domain";
import { createSealer, createServices, type Services, type WatchOptions, type WatchProjection } from "#services";
import { createMemoryStore } from "#store";
import type { Upstream } from "#upstreams";
import { createFakeClock } from "../support/clock.ts";
import { createOperation } from "../support/operation.ts";
import { sourceAt } from "./support/fixed.ts";
import { createItem, createRun } from "./support/records.ts";

/** The source of the one run. */
export const SOURCE = sourceAt(0);
export const REF = { source: SOURCE, invokeId: "t-1" };
export const BARE: WatchProjection = { output: false, content: false, details: false };
export const WITH_OUTPUT: WatchProjection = { ...BARE, output: true };

export const printed = (text: string) => ({ bytes: Buffer.from(text), droppedBytes: 0 });

/** The run with one instance in a state. */
export function running(text = "", status: "RUNNING" | "SUCCESS" = "RUNNING"): Invocation {
  const instances = [createItem({ ...REF, instanceId: "i-1", status, output: printed(text) })];
  return createRun({ ...REF, creationTime: "2026-01-02T03:04:05.000Z", status, instances });
}

export const done = (text = "") => running(text, "SUCCESS");

export function createFailure(code: UpstreamFailure["code"], retryAfterMs: number | null = null): UpstreamError {
  const told = { code, message: "No.", source: SOURCE, action: "DescribeInvocations" };
  const retryable = code !== "FORBIDDEN";
  return new UpstreamError({ ...told, upstreamCode: null, httpStatus: null, requestId: null, retryable, retryAfterMs });
}

const STEP_MS = 500;

type Answer = Invocation | null | UpstreamError;

/** Services over one run that answers one of these a look, the last one again and again, with the times of the looks. */
export function createScene(answers: readonly Answer[], options: Partial<WatchOptions> & Partial<Upstream> = {}) {
  const clock = createFakeClock();
  const start = clock.now();
  const looks: { atMs: number; output: boolean }[] = [];
  const operations: Operation[] = [];
  const answerOf = (look: number): Answer => answers[Math.min(look, answers.length - 1)] ?? null;
  const upstream = {
    source: SOURCE,
    async readInvocation(_invokeId, projection, operation) {
      const answer = answerOf(looks.length);
      looks.push({ atMs: clock.now() - start, output: projection.output });
      operations.push(operation);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    /** Results tell what the look before found. */
    async readResults({ instanceIds }) {
      const latest = answerOf(looks.length - 1);
      if (latest === null || latest instanceof Error) return [];
      const meant = latest.instances.filter(({ instanceId }) => instanceIds?.includes(instanceId) ?? true);
      return meant.map(({ creationTime: _created, updateTime: _updated, isComplete: _complete, ...rest }) => ({
        ...rest,
        execution: null,
      }));
    },
    ...options,
  } as Upstream;
  const services = createServices({
    upstreams: [upstream],
    store: createMemoryStore({ bytesMax: 100_000_000 }),
    sealer: createSealer({ keys: ["a key of the tests"] }),
    clock,
    watch: options,
  });
  const advance = async (ms: number) => {
    await clock.advance(ms);
    // Those who watch are woken a few at a time, which takes several rounds of the event loop on a slow machine.
    for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  /** Lets what can happen now happen, and then time pass. */
  const pass = async (ms: number) => {
    await advance(0);
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) await advance(Math.min(leftMs, STEP_MS));
  };
  return { services, pass, looks, operations, times: () => looks.map(({ atMs }) => atMs) };
}

/** What a reader got so far, each state by its status and output, and how it ended. */
export function read(services: Services, projection: WatchProjection = BARE, operation: Operation = createOperation()) {
  const told: string[] = [];
  const values = services.watchInvocation(REF, projection, operation);
  const ended = (async () => {
    try {
      for await (const run of values) {
        const [one] = run.instances;
        told.push(`${run.status} ${Buffer.from(one?.output?.bytes ?? []).toString()}`.trim());
      }
      told.push("end");
    } catch (error) {
      told.push(`${(error as UpstreamError).code}`);
    }
  })();
  return { told, values, ended };
}
