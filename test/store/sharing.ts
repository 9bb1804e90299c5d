import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { sql } from "kysely";
import type { QuotaLesson, QuotaShare } from "#domain";
import { joinReplicas, type Replica } from "../../src/store/replicas/index.ts";
import { createFakeClock } from "../support/clock.ts";
import type { TestDatabase } from "./keepers.ts";
import { ECS } from "./records.ts";

const NEVER = new AbortController().signal;

/** What replicas promise each other: who looks after what, whose turn it is, and how much of a quota each may use. */
export function describeSharing(name: string, database: TestDatabase): void {
  describe(`${name} between replicas`, () => {
    const { db, schema } = database;
    const clock = createFakeClock();
    const joined: Replica[] = [];
    beforeEach(async () => void (await database.open()));
    afterEach(async () => {
      for (const replica of joined.splice(0)) await replica.stop();
    });

    async function join(processName: string): Promise<Replica> {
      const newName = () => `${processName}/${randomUUID()}`;
      const replica = await joinReplicas({ db, pulse: db, listen: () => () => {}, schema, clock, newName });
      joined.push(replica);
      return replica;
    }
    /** Lets statements end until it is so. Time passes a sign of life at a time, slowly enough for the database to answer. */
    async function until(isSo: () => boolean): Promise<void> {
      for (let beatAt = performance.now(); !isSo(); ) {
        const isDue = performance.now() - beatAt > 200;
        if (isDue) beatAt = performance.now();
        await clock.advance(isDue ? 1_000 : 0);
      }
    }
    /** As if this one had been killed so long ago. */
    const silence = (processName: string, ms: number) =>
      sql`update ${sql.table(`${schema}.replica`)} set seen_at = now() - ${ms} * interval '1 ms'
        where name like ${`${processName}/%`}`.execute(db);

    it("gives a subject to one of those who want it, and to another one once that lets it go", async () => {
      const [first, second] = [await join("first"), await join("second")];
      const told: string[] = [];
      const lease = first.leases.want("list|1", () => told.push("first"));
      await until(lease.isOurs);
      const other = second.leases.want("list|1", () => told.push("second"));
      await until(() => first.others() === 1);
      expect([lease.isOurs(), other.isOurs()]).toEqual([true, false]);
      expect([...first.leases.held(), ...second.leases.held()]).toEqual([["list", 1]]);
      lease.release();
      await until(other.isOurs);
      expect(lease.isOurs()).toBe(false);
      expect(told).toEqual(["first", "second"]);
    });

    it("hands over at once what a replica held that stops", async () => {
      const [first, second] = [await join("first"), await join("second")];
      await until(() => first.leases.isOurs(ECS));
      expect(second.leases.isOurs(ECS)).toBe(false);
      await first.stop();
      await until(() => second.leases.isOurs(ECS));
      expect(second.leases.isOurs(ECS)).toBe(true);
    });

    it("gives what a silent replica held to another one, and nothing back to it when it wakes", async () => {
      const [first, second] = [await join("first"), await join("second")];
      const lease = first.leases.want("list|1");
      await until(lease.isOurs);
      await silence("first", 3_100);
      const other = second.leases.want("list|1");
      await until(other.isOurs);
      await until(() => !lease.isOurs());
      expect([lease.isOurs(), other.isOurs()]).toEqual([false, true]);
    });

    it("lets one after the other read the same thing, and tells the later one that it waited", async () => {
      const [first, second] = [await join("first"), await join("second")];
      await until(() => first.others() === 1);
      const turn = await first.turns.take("run \u0000 1", NEVER, async () => {});
      let isBusy = false;
      const waiting = second.turns.take("run \u0000 1", NEVER, async () => {
        isBusy = true;
      });
      for (let turns = 0; !isBusy && turns < 10_000; turns += 1) await clock.advance(0);
      turn.end();
      let hasWaited: boolean | null = null;
      void waiting.then((got) => {
        hasWaited = got.hasWaited;
      });
      while (hasWaited === null) await clock.advance(100);
      expect([turn.hasWaited, isBusy, hasWaited]).toEqual([false, true, true]);
    });

    /** A gateway that counts its calls; they count without end. */
    function openShare(replica: Replica, limit: number) {
      const lessons: QuotaLesson[] = [];
      const use = { calls: 0 };
      const share: QuotaShare = replica.openQuotaShare("ECS/a/b|Describe", {
        used: () => use.calls,
        limit: () => limit,
        learn: (lesson) => void lessons.push(lesson),
        onFreed: () => {},
      });
      async function call(): Promise<boolean> {
        if (share.held() <= use.calls) await share.grow();
        if (share.held() <= use.calls) return false;
        use.calls += 1;
        return true;
      }
      return { share, use, lessons, call };
    }

    it.each([10, 300])(
      "gives no more places of a quota of %i than it has, anybody who asks how often",
      async (limit) => {
        const gateways: ReturnType<typeof openShare>[] = [];
        for (const processName of ["1", "2", "3", "4"]) gateways.push(openShare(await join(processName), limit));
        let made = 0;
        for (let round = 0; round < limit && made < limit; round += 1) {
          const calls = await Promise.all(gateways.flatMap(({ call }) => [call(), call(), call()]));
          made = gateways.reduce((sum, { use }) => sum + use.calls, 0);
          if (!calls.some(Boolean)) break;
        }
        expect(made).toBeLessThanOrEqual(limit);
        // What one holds ahead is given back at its next sign of life, to anybody who needs it.
        const [greedy] = gateways;
        const all = () => gateways.reduce((sum, { use }) => sum + use.calls, 0);
        while (all() < limit - 3 * Math.ceil(limit / 60)) {
          await greedy?.call();
          await clock.advance(1_000);
        }
        expect(all()).toBeLessThanOrEqual(limit);
        for (let more = 0; more < 10; more += 1) await greedy?.call();
        expect(all()).toBeLessThanOrEqual(limit);
      },
    );

    it("counts the calls of a replica that was killed until they have left the window", async () => {
      const [first, second] = [await join("first"), await join("second")];
      const [one, other] = [openShare(first, 10), openShare(second, 10)];
      while (await one.call()) {}
      expect(one.use.calls).toBe(10);
      await silence("first", 59_000);
      expect(await other.call()).toBe(false);
      await silence("first", 75_000);
      expect(await other.call()).toBe(true);
      // One that was only asleep has nothing left, and says so by another name.
      await until(() => one.share.held() === 0);
      one.use.calls = 0;
      expect(await one.call()).toBe(true);
      expect(one.share.held() + other.share.held()).toBeLessThanOrEqual(10);
    });

    it.each([10, 300])(
      "lets a replica begin at once after others were killed in a row, of a quota of %i",
      async (limit) => {
        await silence("%", 5_000);
        for (const processName of ["1", "2", "3", "4"]) {
          const replica = await join(processName);
          const { call } = openShare(replica, limit);
          expect([processName, await call()]).toEqual([processName, true]);
          await silence(processName, 5_000);
        }
      },
    );

    it("tells the others what the upstream taught, once", async () => {
      const [one, other] = [openShare(await join("first"), 10), openShare(await join("second"), 10)];
      await one.call();
      await other.call();
      const lesson = { callsPerMinute: null, loweredTo: 5, pausedMs: 60_000, cause: "Throttling.User" };
      one.share.teach(lesson);
      await until(() => other.lessons.length > 0);
      for (let beats = 0; beats < 3; beats += 1) await clock.advance(1_000);
      expect(other.lessons).toEqual([{ ...lesson, pausedMs: expect.any(Number) }]);
      expect(one.lessons).toEqual([]);
    });
  });
}
