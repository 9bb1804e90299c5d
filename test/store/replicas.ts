import { beforeEach, describe, expect, it } from "@jest/globals";
import { sql } from "kysely";
import type { DatabaseStore, RunChange } from "#store";
import { createRemoteChanges } from "../../src/store/sql/remote-changes.ts";
import type { TestDatabase } from "./keepers.ts";
import { ECS, EVERYTHING, itemOf, outputOf, resultFor, runAt } from "./records.ts";

/** What several processes on one database promise each other. */
export function describeReplicas(name: string, database: TestDatabase): void {
  describe(`${name} with two processes`, () => {
    let first: DatabaseStore;
    let second: DatabaseStore;
    beforeEach(async () => {
      first = await database.open();
      second = await database.openSecond();
    });
    const { db, schema } = database;
    const tell = ({ before, after }: RunChange) => [
      before === undefined ? "known" : before,
      `${after.invokeId} ${after.status}`,
    ];

    it("tells each what the other wrote, once, and not what it wrote itself", async () => {
      const changes = createRemoteChanges({ db, schema, writer: "tests/2/only" });
      await first.write({ source: ECS, readAt: 1, runs: [runAt(1, "t-before")] });
      expect(await changes.poll()).toEqual([]);
      const odd = { ...ECS, account: "\u0001 ü \ue000" };
      await first.write({ source: ECS, readAt: 2, runs: [runAt(2, "t-new", { status: "RUNNING" })] });
      await first.write({ source: odd, readAt: 2, runs: [runAt(2, "t-odd", { source: odd })] });
      await second.write({ source: ECS, readAt: 2, runs: [runAt(3, "t-own")] });
      // A transaction that is open anywhere on the server holds changes back until it ends.
      const pollFor = async (count: number) => {
        const all: RunChange[] = [];
        while (all.length < count) all.push(...(await changes.poll()));
        return all;
      };
      const told = await pollFor(2);
      expect(told.map(tell)).toEqual([
        [null, "t-new RUNNING"],
        [null, "t-odd SUCCESS"],
      ]);
      expect(told[1]?.after.source).toEqual(odd);
      await first.write({ source: ECS, readAt: 3, runs: [runAt(1, "t-before"), runAt(2, "t-new")] });
      expect((await pollFor(1)).map(tell)).toEqual([["known", "t-new SUCCESS"]]);
      expect(await changes.poll()).toEqual([]);
    });

    it("tells those who listen", async () => {
      const told = new Promise<readonly RunChange[]>((resolve) => second.onChange(resolve));
      let isTold = false;
      void told.then(() => {
        isTold = true;
      });
      for (let n = 0; !isTold && n < 200; n += 1) {
        await first.write({ source: ECS, readAt: n, runs: [runAt(n, `t-${n}`)] });
        await database.clock.advance(500);
      }
      expect((await told)[0]?.before).toBeNull();
    });

    it("lets nobody write what is known of a list who read it before another one wrote it", async () => {
      const list = { key: "all" };
      const late = await first.readList(ECS, list.key);
      const inTime = await second.readList(ECS, list.key);
      const write = (store: DatabaseStore, record: typeof late, second: number) =>
        store.write({
          source: ECS,
          readAt: second,
          runs: [runAt(second, `t-${second}`)],
          list: { ...list, record: { ...record, readAt: second, spans: [{ from: second, to: 0 }] } },
        });
      await write(second, inTime, 2);
      await write(first, late, 1);
      const { basis: _basis, ...known } = await first.readList(ECS, list.key);
      expect(known).toEqual({ readAt: 2, spans: [{ from: 2, to: 0 }], notes: null });
      // What it read is kept all the same, and it can write again once it has read what is known.
      expect(await first.readRuns([runAt(1, "t-1")], EVERYTHING)).toEqual([expect.anything()]);
      await write(first, await first.readList(ECS, list.key), 3);
      expect((await second.readList(ECS, list.key)).readAt).toBe(3);
    });

    it("merges what both write at once: no state goes back, and nothing is lost", async () => {
      const instances = Array.from({ length: 20 }, (_, n) =>
        itemOf({ invokeId: "t-1", instanceId: `i-${n}`, status: "RUNNING", exitCode: null }),
      );
      const running = runAt(1, "t-1", { status: "RUNNING", instances });
      const writes = instances.flatMap(({ instanceId }, n) => {
        const store = n % 2 === 0 ? first : second;
        const other = n % 2 === 0 ? second : first;
        const result = resultFor("t-1", { instanceId, exitCode: n, output: outputOf(`${n % 3}`) });
        return [
          store.write({ source: ECS, readAt: n, results: [result] }),
          other.write({ source: ECS, readAt: n, runs: [running] }),
        ];
      });
      await Promise.all(writes);
      const [stored] = await first.readRuns([running], EVERYTHING);
      const seen = stored?.run.instances.map(({ instanceId, status, exitCode, output }) => [
        instanceId,
        status,
        exitCode,
        output,
      ]);
      const wanted = instances.map(({ instanceId }, n) => [instanceId, "SUCCESS", n, outputOf(`${n % 3}`)]);
      expect(new Set(seen?.map((row) => JSON.stringify(row)))).toEqual(
        new Set(wanted.map((row) => JSON.stringify(row))),
      );
    });
  });
}

/** What a server promises where transactions overlap, which an embedded database does not know. */
export function describeManyChanges(name: string, database: TestDatabase): void {
  describe(`${name} with more changes than one look takes`, () => {
    const { db, schema } = database;
    const look = createRemoteChanges({ db, schema, writer: "tests/2/only" });
    const idsOf = (from: number, count: number) => Array.from({ length: count }, (_, n) => `t-${from + n}`);
    const runsOf = (from: number, count: number) =>
      Array.from({ length: count }, (_, n) => runAt(from + n, `t-${from + n}`, { instances: [] }));

    /** Changes these runs in a transaction that goes on until it is told to end. */
    async function openChange(from: number, count: number): Promise<() => Promise<void>> {
      let end = (): void => {};
      const mayEnd = new Promise<void>((resolve) => {
        end = resolve;
      });
      let ended = Promise.resolve();
      await new Promise<void>((resolve) => {
        ended = db.transaction().execute(async (transaction) => {
          await sql`update ${sql.table(`${schema}.run`)} set changed_in = pg_current_xact_id(), changed_by = 'another'
            where invoke_id = any(${idsOf(from, count)})`.execute(transaction);
          resolve();
          await mayEnd;
        });
      });
      return () => {
        end();
        return ended;
      };
    }

    /** Looks until nothing is shown; what was shown, look by look. */
    async function lookOn(): Promise<readonly (readonly string[])[]> {
      const looks: string[][] = [];
      for (;;) {
        const found = await look.poll();
        if (found.length === 0) return looks;
        looks.push(found.map(({ before, after }) => `${before === null ? "new" : "known"} ${after.invokeId}`));
      }
    }

    it("tells each once, also those of transactions that were open at a look", async () => {
      const store = await database.open();
      await store.write({ source: ECS, readAt: 1, runs: runsOf(0, 1_800) });
      await lookOn();
      const ends = [await openChange(0, 600), await openChange(600, 600), await openChange(1_200, 600)];
      expect(await lookOn()).toEqual([]);
      for (let from = 2_000; from < 4_000; from += 400)
        await store.write({ source: ECS, readAt: 2, runs: runsOf(from, 400) });
      await ends[0]?.();
      const first = await lookOn();
      for (const end of ends.slice(1)) await end();
      const second = await lookOn();
      const told = (kind: string, from: number, count: number) => idsOf(from, count).map((id) => `${kind} ${id}`);
      expect(first.flat().sort()).toEqual([...told("known", 0, 600), ...told("new", 2_000, 2_000)].sort());
      expect(second.flat().sort()).toEqual(told("known", 600, 1_200).sort());
      // Each look takes whole transactions until there are a thousand rows.
      expect([first, second].map((looks) => looks.map(({ length }) => length))).toEqual([[1_000, 1_200, 400], [1_200]]);
    });

    it("goes on with the transactions that were open at the look before and did not fit", async () => {
      const store = await database.open();
      await store.write({ source: ECS, readAt: 1, runs: runsOf(0, 3_000) });
      await lookOn();
      const ends = [await openChange(0, 900), await openChange(900, 900), await openChange(1_800, 900)];
      const last = await openChange(2_700, 300);
      expect(await lookOn()).toEqual([]);
      for (const end of ends) await end();
      const looks = await lookOn();
      await last();
      expect([...looks, ...(await lookOn())].map((told) => told.length)).toEqual([1_800, 900, 300]);
      expect(new Set(looks.flat()).size).toBe(2_700);
    });
  });
}
