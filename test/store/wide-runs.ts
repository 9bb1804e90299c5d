import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KyselyPlugin } from "kysely";
import { createReader } from "../../src/store/sql/reader.ts";
import { writeReading } from "../../src/store/sql/writer.ts";
import { createOperation } from "../support/operation.ts";
import type { TestDatabase } from "./keepers.ts";
import { ECS, EVERYTHING, itemOf, NOTHING, outputOf, runAt, whole } from "./records.ts";

const RUNS_COUNT = 36;

/** Runs on 501 servers each: no two of them are worked on without a break. */
const WIDE = Array.from({ length: RUNS_COUNT }, (_, serial) => {
  const invokeId = `t-${serial}`;
  const instances = Array.from({ length: 501 }, (__, server) => itemOf({ invokeId, instanceId: `i-${server}` }));
  return runAt(serial, invokeId, { instances });
});

/** What is known of a statement once it was answered. */
interface Answered {
  /** Rounds of the event loop since the one before was answered. */
  readonly rounds: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Notes every statement that goes through it. */
function createNotes() {
  const answered: Answered[] = [];
  let round = 0;
  let answeredIn = 0;
  let rounds = 0;
  let isOver = false;
  const count = (): void => {
    round += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const plugin: KyselyPlugin = {
    transformQuery({ node }) {
      rounds = round - answeredIn;
      return node;
    },
    async transformResult({ result }) {
      answered.push({ rounds, rows: result.rows });
      answeredIn = round;
      return result;
    },
  };
  const end = (): void => {
    isOver = true;
  };
  return { plugin, answered, end };
}

/** What promises that no round of the event loop works on many executions. */
export function describeWideRuns(name: string, database: TestDatabase): void {
  describe(`${name} with runs on many servers`, () => {
    const { db, schema } = database;
    beforeEach(async () => void (await database.open()));

    const writing = { schema, contentKey: new Uint8Array(32), writer: "only" };
    const write = (to: typeof db) => writeReading(to, { source: ECS, readAt: 1, runs: WIDE }, writing);

    it("tells of some a statement, in texts that nobody has parsed", async () => {
      await write(db);
      const { plugin, answered, end } = createNotes();
      const found = await createReader(db.withPlugin(plugin), schema).readRuns(WIDE, NOTHING);
      end();
      expect(found.map((stored) => stored?.run)).toEqual(WIDE);
      expect(answered.map(({ rows }) => rows.length)).toEqual([32, 4]);
      const kinds = answered.flatMap(({ rows }) => rows.map((row) => `${typeof row.record} ${typeof row.executions}`));
      expect(new Set(kinds)).toEqual(new Set(["string string"]));
    });

    it("reads pages some runs a statement, from either end", async () => {
      const runs = Array.from({ length: 70 }, (_, serial) => runAt(serial, `t-${serial}`));
      await writeReading(db, { source: ECS, readAt: 1, runs }, writing);
      const { plugin, answered, end } = createNotes();
      const reader = createReader(db.withPlugin(plugin), schema);
      const asked = { stretches: [whole(ECS)], query: {}, limit: runs.length, projection: NOTHING };
      const pages = [
        await reader.readPage({ ...asked, direction: 1 }),
        await reader.readPage({ ...asked, direction: -1 }),
      ];
      end();
      expect(pages.map((page) => page.map(({ run }) => run.invokeId))).toEqual(
        Array(2).fill(runs.map(({ invokeId }) => invokeId).reverse()),
      );
      expect(answered.map(({ rows }) => rows.length)).toEqual([64, 6, 64, 6]);
    });

    /** A run whose servers have printed 24 KB each, every one something else. */
    const talkative = (invokeId: string, servers: number) => {
      const instances = Array.from({ length: servers }, (_, server) => {
        const output = outputOf(`${invokeId} ${server} `.padEnd(24_000, "x"));
        return itemOf({ invokeId, instanceId: `i-${server}`, output });
      });
      return runAt(Number(invokeId.slice(2)), invokeId, { instances });
    };
    const contentsIn = ({ rows }: Answered): number => rows.filter((row) => "text" in row).length;

    it("reads no other outputs of them than those that are meant", async () => {
      await writeReading(db, { source: ECS, readAt: 1, runs: [talkative("t-1", 60), talkative("t-2", 60)] }, writing);
      const { plugin, answered, end } = createNotes();
      const reader = createReader(db.withPlugin(plugin), schema);
      const asked = { source: ECS, invokeId: "t-1" };
      await reader.readRuns([{ ...asked, instanceIds: ["i-7", "i-9"] }], EVERYTHING);
      await reader.readRuns([asked], { output: "KEPT", content: true });
      end();
      expect(answered.map(contentsIn)).toEqual([0, 2, 0]);
    });

    it("reads the outputs of a few of them at once to search them, and whole runs", async () => {
      const runs = Array.from({ length: 6 }, (_, n) => talkative(`t-${n}`, 60));
      await writeReading(db, { source: ECS, readAt: 1, runs }, writing);
      const { plugin, answered, end } = createNotes();
      const reader = createReader(db.withPlugin(plugin), schema);
      const { outlines } = await reader.readOutlines({
        stretches: [whole(ECS)],
        query: {},
        limit: 6,
        detail: "OUTPUTS",
      });
      end();
      expect(outlines.map(({ invokeId, executions }) => [invokeId, executions.length])).toEqual([
        ["t-5", 60],
        ["t-4", 60],
      ]);
      expect(answered.map(contentsIn)).toEqual([0, 0, 120]);
    });

    it("reads no more outputs once the operation has ended", async () => {
      await writeReading(db, { source: ECS, readAt: 1, runs: [talkative("t-1", 450)] }, writing);
      const operation = new AbortController();
      const { plugin, answered, end } = createNotes();
      const reader = createReader(
        db.withPlugin({
          ...plugin,
          async transformResult(given) {
            const result = await plugin.transformResult(given);
            if (answered.some((one) => contentsIn(one) > 0)) operation.abort(new Error("The client has gone."));
            return result;
          },
        }),
        schema,
      );
      const asker = { ...createOperation(), signal: operation.signal };
      const reading = reader.readRuns([{ source: ECS, invokeId: "t-1" }], EVERYTHING, asker);
      await expect(reading).rejects.toThrow("The client has gone.");
      end();
      expect(answered.map(contentsIn)).toEqual([0, 200]);
    });

    it("finds the texts of their outputs with a break between two", async () => {
      const instances = Array.from({ length: 20 }, (_, server) =>
        itemOf({ invokeId: "t-1", instanceId: `i-${server}`, output: outputOf(`${server}\n`.repeat(8_000)) }),
      );
      const { plugin, answered, end } = createNotes();
      const reading = { source: ECS, readAt: 1, runs: [runAt(1, "t-1", { instances })] };
      await writeReading(db.withPlugin(plugin), reading, writing);
      end();
      expect(Math.max(...answered.map(({ rounds }) => rounds))).toBeGreaterThanOrEqual(instances.length - 1);
    });

    it("writes them down with a break behind each, whose contents it looked for with others", async () => {
      const { plugin, answered, end } = createNotes();
      await write(db.withPlugin(plugin));
      end();
      const most = Math.max(...answered.map(({ rounds }) => rounds));
      expect(most >= 2 * (RUNS_COUNT - 1)).toBe(true);
    });
  });
}
