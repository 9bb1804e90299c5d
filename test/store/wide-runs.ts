import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KyselyPlugin } from "kysely";
import { createReader } from "../../src/store/sql/reader.ts";
import { writeReading } from "../../src/store/sql/writer.ts";
import type { TestDatabase } from "./keepers.ts";
import { ECS, itemOf, NOTHING, outputOf, runAt } from "./records.ts";

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
