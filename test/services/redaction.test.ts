import { describe, expect, it } from "@jest/globals";
import { createRedactor, type RedactionRule } from "#access";
import {
  applyOverwriting,
  createOwnFailure,
  type InstanceInvocation,
  type Invocation,
  type Output,
  stripAnsi,
} from "#domain";
import { createMemoryStore } from "#store";
import { PartialResultsError, type Upstream } from "#upstreams";
import { redactRun } from "../../src/services/redaction/records.ts";
import { redactStore } from "../../src/services/redaction/store.ts";
import { redactUpstream } from "../../src/services/redaction/upstream.ts";
import { anInstanceInvocation, anInvocation, aResult, ecs } from "../graph/records.ts";
import { createOperation } from "../support/operation.ts";

const rules: readonly RedactionRule[] = [
  { pattern: "(password)=\\S+", replaceWith: "$1=***" },
  { parameter: "*token*", replaceWith: "***" },
];
const redactor = createRedactor(rules);
const redactedBy = redactor.hash ?? "";
/** In how many later rounds of the event loop work goes on. */
async function countRounds(work: () => Promise<unknown>): Promise<number> {
  let rounds = 0;
  let isOver = false;
  const count = (): void => {
    if (isOver) return;
    rounds += 1;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return rounds;
}

const text = (output: Output | null | undefined) => (output == null ? output : Buffer.from(output.bytes).toString());
const printed = (output: string, droppedBytes = 0): Output => ({ bytes: Buffer.from(output), droppedBytes });

function runWith(
  output: Output,
  changed: Partial<Invocation> = {},
  status: "SUCCESS" | "RUNNING" = "SUCCESS",
): Invocation {
  return { ...anInvocation(), instances: [anInstanceInvocation({ output, status })], ...changed };
}

function runOn(executions: readonly Partial<InstanceInvocation>[]): Invocation {
  return { ...anInvocation(), instances: executions.map((one) => anInstanceInvocation(one)) };
}

/** What everybody may read who may see the run. */
const OPEN_TEXTS = [
  "command.commandId",
  "command.name",
  "command.type",
  "containerId",
  "containerName",
  "creationTime",
  "execution: commandId",
  "execution: creationTime",
  "execution: error.code",
  "execution: finishTime",
  "execution: instanceId",
  "execution: invokeId",
  "execution: rawStatus",
  "execution: startTime",
  "execution: stopTime",
  "execution: updateTime",
  "frequency",
  "invokeId",
  "rawStatus",
  "repeatMode",
  "status",
  "tags.key",
  "tags.value",
  "terminationMode",
];

describe("a record that comes in", () => {
  it.each([
    ["4,000 servers that printed nothing", runOn(Array(4_000).fill({ output: null })), 4_000 / 200],
    ["20 outputs", runOn(Array(20).fill({ output: printed("password=x\n".repeat(2_000)) })), 20],
  ])("of %s lets others be served meanwhile, and hidden once costs none of it", async (_name, run, leastRounds) => {
    const readings = await Promise.all([1, 2].map(() => countRounds(() => redactRun(run, redactor))));
    expect(Math.min(...readings)).toBeGreaterThanOrEqual(leastRounds - 1);
    const hidden = await redactRun(run, redactor);
    expect(await countRounds(() => redactRun(hidden, redactor))).toBe(0);
  });

  it("is kept with its secrets hidden, wherever they stand", async () => {
    const content = Buffer.from("mysql --password=hunter2");
    const command = { ...anInvocation().command, content, description: "uses password=hunter2" };
    const parameters = { apiToken: "abc", nested: [{ line: "password=hunter2" }] };
    const run = await redactRun(runWith(printed("password=hunter2\n"), { command, parameters }), redactor);
    expect(run.parameters).toEqual({ apiToken: "***", nested: [{ line: "password=***" }] });
    expect([run.redactedBy, run.command]).toEqual([
      redactedBy,
      { ...command, content: Buffer.from("mysql --password=***"), description: "uses password=***", redactedBy },
    ]);
    const [one] = run.instances;
    expect([text(one?.output), one?.output?.isRedacted, one?.output?.redactedBy]).toEqual([
      "password=***\n",
      true,
      redactedBy,
    ]);
  });

  it("keeps a secret in no text that needs a right of its own; a new text has to be hidden, or to be listed here", async () => {
    const secret = "password=hunter2";
    // Whatever may be a text becomes one.
    const fill = (value: unknown): unknown => {
      if (value === null || typeof value === "string") return secret;
      if (Array.isArray(value)) return value.map(fill);
      if (typeof value !== "object" || value instanceof Uint8Array) return value;
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fill(member)]));
    };
    const shown = (value: unknown, path: string): readonly string[] => {
      if (value instanceof Uint8Array) return shown(Buffer.from(value).toString(), path);
      if (typeof value === "string") return value.includes("hunter2") ? [path] : [];
      if (typeof value !== "object" || value === null) return [];
      return Object.entries(value).flatMap(([name, member]) => shown(member, path === "" ? name : `${path}.${name}`));
    };
    const one = anInstanceInvocation({
      output: printed(secret),
      error: { code: "", info: "" },
      ossDelivery: { status: "", uri: "", errorCode: "", errorInfo: "" },
    });
    const command = { ...anInvocation().command, content: Buffer.from(secret) };
    const tags = [{ key: "", value: "" }];
    const full = fill({ ...anInvocation(), command, parameters: { a: "" }, tags, instances: [one] }) as Invocation;
    const run = { ...full, instances: full.instances.map((each) => ({ ...each, status: "SUCCESS" as const })) };
    const open = shown(await redactRun(run, redactor), "").filter((path) => !path.includes("source."));
    expect(open.map((path) => path.replace("instances.0.", "execution: ").replace(".0.", ".")).sort()).toEqual(
      OPEN_TEXTS,
    );
  });

  it("is the same object if the rules have been applied, and untouched without rules", async () => {
    const run = await redactRun(runWith(printed("password=hunter2")), redactor);
    expect(await redactRun(run, redactor)).toBe(run);
    const open = runWith(printed("password=hunter2"));
    expect(await redactRun(open, createRedactor([]))).toBe(open);
  });

  it("shows whole lines only while it goes on", async () => {
    const run = await redactRun(runWith(printed("first\npassword=hun"), {}, "RUNNING"), redactor);
    expect(text(run.instances[0]?.output)).toBe("first\n");
  });

  it("hides what stands in another charset", async () => {
    const wide = Buffer.from("\ufeffpassword=hunter2\n", "utf16le");
    const run = await redactRun(runWith({ bytes: wide, droppedBytes: 0 }), redactor);
    expect(text(run.instances[0]?.output)).toBe("password=***\n");
  });

  const wide = (line: string) => Buffer.from(line, "utf16le");
  const [calm, secret] = ["all is well\r\n".repeat(50), "password=hunter2\r\n"];
  it.each([
    ["lines of UTF-16 among others", [Buffer.from(calm), wide(secret), Buffer.from(calm)]],
    ["lines of UTF-16 in the other order", [Buffer.from(calm), wide(secret).swap16(), Buffer.from(calm)]],
    ["lines of UTF-16 beside another secret", [Buffer.from(secret), Buffer.from(calm), wide(secret)]],
    ["other lines among UTF-16", [wide(calm), Buffer.from(secret), wide(calm)]],
    ["both", [wide(calm), wide(secret), Buffer.from(secret), wide(calm)]],
    [
      "both, in the other order",
      [wide(calm).swap16(), Buffer.from(secret), wide(secret).swap16(), wide(calm).swap16()],
    ],
    ["NULs", [Buffer.from("pass\0word=hunter2\n")]],
  ])("hides what stands in %s, whatever charset it is read in", async (_by, parts) => {
    const run = await redactRun(runWith({ bytes: Buffer.concat(parts), droppedBytes: 0 }), redactor);
    const kept = run.instances[0]?.output?.bytes;
    const read = ["utf-8", "utf-16le", "utf-16be", "gb18030"].map((charset) => new TextDecoder(charset).decode(kept));
    expect(read.filter((shown) => shown.replaceAll("\0", "").includes("hunter2"))).toEqual([]);
    expect(run.instances[0]?.output?.isRedacted).toBe(true);
  });

  it("keeps the rest of UTF-16 readable", async () => {
    const run = await redactRun(runWith({ bytes: wide(`\ufeff密码 password=hunter2\n`), droppedBytes: 0 }), redactor);
    expect(text(run.instances[0]?.output)).toBe("密码 password=***\n");
  });

  it("keeps the bytes of UTF-16 where nothing is to be hidden", async () => {
    const run = await redactRun(runWith({ bytes: wide(`\ufeff密码${calm}`), droppedBytes: 0 }), redactor);
    expect(run.instances[0]?.output).toEqual({ bytes: wide(`\ufeff密码${calm}`), droppedBytes: 0, redactedBy });
  });

  it.each([
    ["colours", "\u001b[32mpassword\u001b[0m=hunter2\n"],
    ["backspaces", "passworx\bd=hunter2\n"],
    ["a carriage return", "xx\rpassword=hunter2\n".replace("xx", "password=")],
    ["colours and backspaces", "pass\u001b[1mworx\bd\u001b[0m=hun\u001b[1mter2\n"],
  ])("hides what %s cut in two, in every form that can be asked for", async (_by, line) => {
    const run = await redactRun(runWith(printed(line)), redactor);
    const kept = text(run.instances[0]?.output) ?? "";
    const forms = [kept, stripAnsi(kept), applyOverwriting(kept), applyOverwriting(stripAnsi(kept))];
    expect(forms.filter((form) => form.includes("hunter2"))).toEqual([]);
    expect(run.instances[0]?.output?.isRedacted).toBe(true);
  });

  it("keeps colours and overwriting where nothing is to be hidden", async () => {
    const line = "\u001b[32mok\u001b[0m 10%\r20%\n";
    const run = await redactRun(runWith(printed(line)), redactor);
    expect(text(run.instances[0]?.output)).toBe(line);
  });
});

describe("a record that was kept under other rules", () => {
  it("leaves by the last rules, also if these change while it is gone over", async () => {
    let current = redactor;
    const store = redactStore(createMemoryStore({ bytesMax: 1_000_000 }), () => current);
    const run = runWith(printed("password=hunter2 and pin=1234"));
    await store.write({ source: ecs, readAt: 1, runs: [run] });
    const projection = { output: true, content: true };
    const reading = store.readRuns([run], projection);
    current = createRedactor([...rules, { pattern: "pin=\\d+", replaceWith: "pin=***" }]);
    const [first] = await reading;
    const [again] = await store.readRuns([run], projection);
    expect([first, again].map((stored) => text(stored?.run.instances[0]?.output))).toEqual([
      "password=*** and pin=***",
      "password=*** and pin=***",
    ]);
  });

  it("leaves by the rules of the moment, wherever it is read", async () => {
    let current = createRedactor([]);
    const store = redactStore(createMemoryStore({ bytesMax: 1_000_000 }), () => current);
    const run = runWith(printed("password=hunter2"));
    const told: (string | null | undefined)[] = [];
    store.onChange((changes) => told.push(...changes.map(({ after }) => text(after.instances[0]?.output))));
    await store.write({ source: ecs, readAt: 1, runs: [run] });
    current = redactor;
    await store.write({ source: ecs, readAt: 2, runs: [{ ...run, rawStatus: "changed" }] });
    const projection = { output: true, content: true };
    const stretches = [{ source: ecs, after: null, before: null }];
    const [byId] = await store.readRuns([run], projection);
    const [byPage] = await store.readPage({ stretches, query: {}, direction: 1, limit: 5, projection });
    expect([byId, byPage].map((stored) => text(stored?.run.instances[0]?.output))).toEqual([
      "password=***",
      "password=***",
    ]);
    expect(told[0]).toBe("password=hunter2");
    expect(told.slice(1).every((one) => one === "password=***")).toBe(true);
  });
});

describe("results of which some cannot be had", () => {
  it("come with their secrets hidden, too", async () => {
    const found = { ...aResult(), output: printed("password=hunter2") };
    const failure = new PartialResultsError(createOwnFailure(ecs, "BAD_RESPONSE", "No."), [found]);
    const upstream = { source: ecs, readResults: () => Promise.reject(failure) } as unknown as Upstream;
    const wants = { output: true, content: false };
    const query = { invokeId: "t-1", includeHistory: false };
    const read = redactUpstream(upstream, () => redactor).readResults(query, wants, createOperation());
    const error = await read.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PartialResultsError);
    expect((error as PartialResultsError).results.map(({ output }) => text(output))).toEqual(["password=***"]);
  });
});
