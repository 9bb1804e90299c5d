import { beforeEach, describe, expect, it } from "@jest/globals";
import { sql } from "kysely";
import type { InvocationQuery } from "#domain";
import { DatabaseProblem, type DatabaseStore, LIST_END, LIST_HEAD } from "#store";
import { checkTables, VERSION } from "../../src/store/sql/migrations.ts";
import type { TestDatabase } from "./keepers.ts";
import {
  at,
  ECS,
  EVERYTHING,
  idsOf,
  itemOf,
  outputOf,
  resultFor,
  runAt,
  SWAS,
  timeAt,
  whole,
  withSpans,
} from "./records.ts";

const DAY_S = 86_400;

/** What only databases promise: they let go of what is old, forget what they are told to, and know their own version. */
export function describeLettingGo(name: string, database: TestDatabase): void {
  let store: DatabaseStore;
  beforeEach(async () => {
    store = await database.open();
  });
  const contents = async () => {
    const rows = await database.db
      .withSchema(database.schema)
      .selectFrom("content")
      .select("text")
      .orderBy("text")
      .execute();
    return rows.map(({ text }) => text);
  };
  const printing = (second: number, invokeId: string, text: string, instanceId = "i-1") =>
    runAt(second, invokeId, { instances: [itemOf({ invokeId, instanceId, output: outputOf(text) })] });
  const outputOfRun = async (invokeId: string) =>
    (await store.readRuns([{ source: ECS, invokeId }], EVERYTHING))[0]?.run.instances[0]?.output;

  describe(`${name} keeps for as long as it is told to`, () => {
    const pruneAll = async (runDays: number, outputDays: number) => {
      while (await store.prune({ runDays, outputDays })) {}
    };

    it("and then knows what its tables hold, without which plans of filters are slow", async () => {
      const instances = Array.from({ length: 20 }, (_, n) => itemOf({ invokeId: "t", instanceId: `i-${n}` }));
      const runs = Array.from({ length: 300 }, (_, n) => runAt(n, `t-${n}`, { instances }));
      await store.write({ source: ECS, readAt: timeAt(0), runs });
      await pruneAll(0, 0);
      const { rows } = await sql`select relname, reltuples from pg_class where relname in ('run', 'execution')
        and relnamespace = ${`"${database.schema}"`}::regnamespace order by relname`.execute(database.db);
      expect(rows).toEqual([
        { relname: "execution", reltuples: 6_000 },
        { relname: "run", reltuples: 300 },
      ]);
    });

    it("runs, and coverage says what went", async () => {
      const runs = [printing(0, "t-old", "old"), printing(5 * DAY_S, "t-new", "new"), runAt(null, "t-never")];
      const record = withSpans(await store.readList(ECS, "all"), [{ from: LIST_HEAD, to: LIST_END }]);
      await store.write({ source: ECS, readAt: timeAt(0), runs, list: { key: "all", record } });
      await store.write({
        source: SWAS,
        readAt: timeAt(0),
        runs: [runAt(5 * DAY_S, "s-new", { source: SWAS })],
        list: { key: "all", record },
      });
      database.clock.setBack(database.clock.now() - timeAt(6 * DAY_S));
      await pruneAll(3, 0);
      expect(await idsOf(store, {})).toEqual(["t-new", "s-new"]);
      expect((await store.readList(ECS, "all")).spans).toEqual([{ from: LIST_HEAD, to: timeAt(3 * DAY_S) - 1 }]);
      expect((await store.readList(SWAS, "all")).spans).toEqual([{ from: LIST_HEAD, to: LIST_END }]);
      expect(await contents()).toEqual(["new"]);
    });

    it("everything for 0 days", async () => {
      await store.write({ source: ECS, readAt: timeAt(0), runs: [printing(0, "t-1", "kept")] });
      await pruneAll(0, 0);
      expect(await idsOf(store, {})).toEqual(["t-1"]);
      expect(await outputOfRun("t-1")).toEqual(outputOf("kept"));
    });

    it("outputs, which are then to be read again, but not scripts", async () => {
      const script = outputOf("uptime").bytes;
      const run = printing(0, "t-1", "secret");
      await store.write({
        source: ECS,
        readAt: timeAt(0),
        runs: [{ ...run, command: { ...run.command, content: script } }],
        results: [resultFor("t-none", { output: outputOf("loose") })],
      });
      await store.write({
        source: ECS,
        readAt: database.clock.now(),
        runs: [printing(1, "t-2", "again"), printing(2, "t-3", "again")],
      });
      await pruneAll(0, 3);
      expect(await outputOfRun("t-1")).toBeUndefined();
      expect(await outputOfRun("t-2")).toEqual(outputOf("again"));
      expect((await store.readRuns([run], EVERYTHING))[0]?.run.command.content).toEqual(script);
      expect(await contents()).toEqual(["again", "uptime"]);
    });

    it("and a list that was being read on does not claim again what went", async () => {
      const all = [{ from: LIST_HEAD, to: LIST_END }];
      await store.write({
        source: ECS,
        readAt: 1,
        runs: [runAt(0, "t-old"), runAt(6 * DAY_S, "t-new")],
        list: { key: "all", record: withSpans(await store.readList(ECS, "all"), all) },
      });
      const known = await store.readList(ECS, "all");
      await pruneAll(3, 0);
      await store.write({ source: ECS, readAt: 2, list: { key: "all", record: known } });
      const { spans } = await store.readList(ECS, "all");
      expect(spans.filter(({ to }) => to < timeAt(0))).toEqual([]);
    });

    it("more than one step's worth, step by step", async () => {
      const runs = Array.from({ length: 450 }, (_, n) => runAt(n, `t-${n}`));
      await store.write({ source: ECS, readAt: 1, runs: [...runs, runAt(6 * DAY_S, "t-new")] });
      const steps = [];
      for (let isMore = true; isMore; steps.push(await idsCount()))
        isMore = await store.prune({ runDays: 3, outputDays: 0 });
      expect(steps).toEqual([251, 51, 1]);
    });

    async function idsCount(): Promise<number> {
      return store.count({ stretches: [{ source: ECS, after: null, before: null }], query: {} });
    }
  });

  describe(`${name} forgets`, () => {
    const elsewhere = { ...ECS, account: "other" };
    beforeEach(async () => {
      const shared = [
        itemOf({ invokeId: "t-2", output: outputOf("one") }),
        itemOf({ invokeId: "t-2", instanceId: "i-2", output: outputOf("two") }),
      ];
      await store.write({
        source: ECS,
        readAt: 1,
        runs: [printing(1, "t-1", "one"), runAt(2, "t-2", { instances: shared })],
        results: [resultFor("t-none", { output: outputOf("loose") })],
      });
      await store.write({ source: elsewhere, readAt: 1, runs: [{ ...printing(3, "t-3", "one"), source: elsewhere }] });
    });
    const left = async () =>
      idsOf(store, { stretches: [ECS, elsewhere].map((source) => ({ source, after: null, before: null })) });

    it("a run", async () => {
      expect(await store.forget({ run: "t-2" })).toEqual({ runs: 1, executions: 2 });
      expect(await left()).toEqual(["t-3", "t-1"]);
      expect(await contents()).toEqual(["loose", "one", "one"]);
    });

    it("an instance, on every run", async () => {
      expect(await store.forget({ instance: "i-1" })).toEqual({ runs: 2, executions: 3 });
      expect(await left()).toEqual(["t-2"]);
      expect(await contents()).toEqual(["two"]);
    });

    it("an account, with what lists are known to hold", async () => {
      const record = withSpans(await store.readList(ECS, "all"), [{ from: LIST_HEAD, to: LIST_END }]);
      await store.write({ source: ECS, readAt: 1, list: { key: "all", record } });
      expect(await store.forget({ account: "default" })).toEqual({ runs: 2, executions: 3 });
      expect(await left()).toEqual(["t-3"]);
      expect(await contents()).toEqual(["one"]);
      expect((await store.readList(ECS, "all")).spans).toEqual([]);
    });

    it("more than one step's worth", async () => {
      const many = Array.from({ length: 1_200 }, (_, n) => runAt(n, `t-many-${n}`));
      await store.write({ source: ECS, readAt: 1, runs: many });
      expect(await store.forget({ instance: "i-1" })).toEqual({ runs: 1_202, executions: 1_203 });
      await store.write({ source: ECS, readAt: 1, runs: many });
      expect(await store.forget({ account: "default" })).toEqual({ runs: 1_201, executions: 1_201 });
      expect(await left()).toEqual([]);
    });

    it("what is not there: nothing", async () => {
      expect(await store.forget({ run: "\u0000" })).toEqual({ runs: 0, executions: 0 });
      expect(await left()).toEqual(["t-3", "t-2", "t-1"]);
    });
  });

  describe(`${name} opens`, () => {
    it("with what it held, and refuses tables of a newer version without touching them", async () => {
      await store.write({ source: ECS, readAt: 1, runs: [printing(1, "t-1", "kept")] });
      await database.db.withSchema(database.schema).updateTable("keeper").set({ version: 99 }).execute();
      await expect(database.open()).rejects.toThrow(DatabaseProblem);
      await expect(checkTables(database.db, database.schema)).rejects.toThrow(DatabaseProblem);
      const { rows } = await sql<{ version: number }>`select version from ${sql.id(database.schema, "keeper")}`.execute(
        database.db,
      );
      expect(rows).toEqual([{ version: 99 }]);
      await database.db.withSchema(database.schema).updateTable("keeper").set({ version: VERSION }).execute();
      await checkTables(database.db, database.schema);
      await checkTables(database.db, "no_such_schema");
    });

    it("tables of an earlier version, of whose runs the same can be asked then", async () => {
      const timeout = { code: "ExecutionTimeout", info: "too \ud800 long" };
      const command = { commandId: "c-2", name: "other", description: null, type: null, content: null };
      const ended = { status: "FAILED", exitCode: 7, startTime: at(50), finishTime: at(60) } as const;
      await store.write({
        source: ECS,
        readAt: 1,
        runs: [
          runAt(1, "t-1", { repeatMode: "Period", instances: [itemOf({ invokeId: "t-1", ...ended })] }),
          runAt(2, "t-odd", {
            status: "RUNNING",
            instances: [itemOf({ invokeId: "t-odd", error: timeout, status: "RUNNING" })],
            missingInstances: 2,
          }),
          runAt(0, "t-over", { instances: [itemOf({ invokeId: "t-over", ...ended, error: timeout })] }),
          runAt(3, "t-none", { command, instances: [] }),
          runAt(4, "t-begins", { command, status: "RUNNING", instances: [] }),
          runAt(5, "t-hides", {
            command,
            status: "PARTIAL_FAILED",
            rawStatus: "PartialFailed",
            instances: [itemOf({ invokeId: "t-hides" })],
          }),
        ],
      });
      const before = await store.readOutlines({ stretches: [whole(ECS)], query: {}, limit: 9, detail: "EXECUTIONS" });
      const { schema, db } = database;
      for (const statement of [
        `alter table ${schema}.run drop column searched_name, drop column repeat_mode, drop column finished_at, drop column duration_ms`,
        `alter table ${schema}.execution drop column error_code, drop column exit_code, drop column duration_ms`,
        `drop index ${schema}.execution_by_status, ${schema}.run_lacking`,
        `drop table ${schema}.account`,
        `update ${schema}.run set labels = array_remove(array_remove(labels, 'lacking'), 'in part')`,
        `update ${schema}.keeper set version = 3`,
      ]) {
        await sql.raw(statement).execute(db);
      }
      const opened = await database.openSecond();
      const found = (query: InvocationQuery) => idsOf(opened, { query });
      expect(await found({ commandNameContains: "UPTIME" })).toEqual(["t-odd", "t-1", "t-over"]);
      expect(await found({ repeatModeIn: ["Period"] })).toEqual(["t-1"]);
      expect(await found({ lacks: "INSTANCES" })).toEqual(["t-hides", "t-none", "t-odd"]);
      expect(await found({ finishedAfter: at(60), finishedBefore: at(61) })).toEqual(["t-1", "t-over"]);
      expect(await found({ exitCodeIn: [7], instanceStatusIn: ["FAILED"] })).toEqual(["t-1"]);
      expect(await opened.readOutlines({ stretches: [whole(ECS)], query: {}, limit: 9, detail: "EXECUTIONS" })).toEqual(
        before,
      );
      const over = runAt(2, "t-odd", { instances: [itemOf({ invokeId: "t-odd", ...ended, error: timeout })] });
      await opened.write({ source: ECS, readAt: 2, runs: [over] });
      expect(await found({ errorCodeIn: ["ExecutionTimeout"], exitCodeIn: [7] })).toEqual(["t-odd"]);
    });
  });
}
