// Writes into a database until it is killed: node --import tsx test/store/killed-writer.ts URL SCHEMA
// Tells what it finds first (`found`), then each write that was acknowledged (`wrote`), a JSON line each.
import { randomUUID } from "node:crypto";
import { addSpan, createDatabase, type RunStore } from "#store";
import { systemClock } from "../../src/system-clock.ts";
import { ECS, idsOf, itemOf, outputOf, runAt, timeAt } from "./records.ts";

const RUNS_PER_WRITE = 10;
const [, , url = "", schema = "killed"] = process.argv;

/** What is there: how many runs from the first on without a gap, and how many of them the list claims. */
async function find(store: RunStore) {
  const ids = new Set(
    await idsOf(store, { limit: 1_000_000, stretches: [{ source: ECS, after: null, before: null }] }),
  );
  const { spans } = await store.readList(ECS, "all");
  const isClaimed = (n: number): boolean => spans.some(({ from, to }) => to < timeAt(n) && timeAt(n) <= from);
  let whole = 0;
  while (ids.has(`t-${whole}`)) whole += 1;
  let claimed = 0;
  while (isClaimed(claimed)) claimed += 1;
  return { runs: ids.size, whole, claimed };
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const database = createDatabase({
  url,
  schema,
  clock: systemClock,
  holder: { host: "tests", processId: process.pid },
  newContentKey: () => new Uint8Array(32),
  newId: randomUUID,
});
await database.prepare();
const store = await database.open();
const found = await find(store);
say({ found });
for (let first = found.runs; ; first += RUNS_PER_WRITE) {
  const runs = Array.from({ length: RUNS_PER_WRITE }, (_, n) => {
    const invokeId = `t-${first + n}`;
    const instances = [itemOf({ invokeId, output: outputOf(`output of ${invokeId} `.repeat(50)) })];
    return runAt(first + n, invokeId, { instances });
  });
  const record = await store.readList(ECS, "all");
  const last = first + RUNS_PER_WRITE - 1;
  const spans = addSpan(record.spans, { from: timeAt(last), to: first === 0 ? -2 : timeAt(first - 1) });
  await store.write({
    source: ECS,
    readAt: systemClock.now(),
    runs,
    list: { key: "all", record: { ...record, spans } },
  });
  say({ wrote: last + 1 });
}
