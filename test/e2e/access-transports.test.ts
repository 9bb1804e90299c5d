import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { createKey } from "#access";
import type { Clock } from "#domain";
import { toGlobalId } from "#graph";
import { startIssuer, type TestIssuer } from "../access/issuer.ts";
import { type GuardedGateway, SOURCES, startGuardedGateway, UNFINISHED } from "../support/access.ts";
import { WAYS_IN, type WayName } from "../support/one-answer.ts";

/** Real time that can be set forward; sleeps that are over then end at once. */
function createForwardClock(): Clock & { forward(ms: number): void } {
  let shift = 0;
  const elapsed = () => performance.now() + shift;
  const sleepers = new Map<() => void, number>();
  return {
    now: () => Date.now() + shift,
    elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          sleepers.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        sleepers.set(wake, elapsed() + ms);
        signal?.addEventListener("abort", wake);
      }),
    forward(ms) {
      shift += ms;
      for (const [wake, dueAt] of [...sleepers]) if (dueAt <= elapsed()) wake();
    },
  };
}

const HOUR = 3_600_000;
const clock = createForwardClock();
const stranger = createKey();
const guest = createKey();
const busy = createKey();
const temporary = createKey();
const names = Object.keys(WAYS_IN) as readonly WayName[];

let issuer: TestIssuer;
let gateway: GuardedGateway;
beforeAll(async () => {
  issuer = await startIssuer();
  gateway = await startGuardedGateway(
    {
      oidc: [{ issuer: issuer.url, audience: "cloud-assistant", algorithms: ["ES256"] }],
    },
    {},
    clock,
  );
});
afterAll(async () => {
  await gateway.stop();
  await issuer.stop();
});

function claims(changed: object = {}) {
  const exp = Math.floor(clock.now() / 1000) + 600;
  return { iss: issuer.url, aud: "cloud-assistant", sub: "u-1", exp, groups: ["tester"], ...changed };
}

/** Of tokens that are no good, `access-hostile.test.ts` knows many. */
const HOSTILE: Readonly<Record<string, string | null>> = {
  nothing: null,
  "another scheme": `Basic ${Buffer.from("ann:secret").toString("base64")}`,
  "a key that the file does not hold": `Bearer ${stranger.key}`,
};

/** How each transport says that a caller is not known. */
function refusedOn(way: WayName, isMissing: boolean): string {
  const end = isMissing
    ? ", got none. Sign in, or ask the operator of this gateway for a key of its access file."
    : ". Sign in again.";
  const message = `\`authorization\`: expected a valid token or key after Bearer${end}`;
  const body = JSON.stringify({ errors: [{ message, extensions: { code: "UNAUTHENTICATED" } }] });
  return way === "websocket" ? "closed 4401" : `${body}\n`;
}

async function ask(
  way: WayName,
  authorization: string | null,
  query = "{ viewer { name roles may } }",
  variables = {},
) {
  const { ask: send, leave } = WAYS_IN[way](gateway.url, authorization);
  const answer = await send(query, variables);
  await leave();
  return answer;
}

describe("callers who are not known", () => {
  it.each(Object.keys(HOSTILE))("is refused alike on every transport: %s", async (name) => {
    const authorization = HOSTILE[name] ?? null;
    for (const way of names) expect(await ask(way, authorization)).toEqual(refusedOn(way, authorization === null));
  });

  it("is told how to become known, and nothing about why not", async () => {
    const response = await fetch(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${stranger.key}` },
      body: "this is not even JSON",
    });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="cloud-assistant", error="invalid_token"',
    ]);
    expect(gateway.logLines.join("")).not.toContain(stranger.key);
  });

  it("still gets probes and the explorer, and no metrics, which name every source", async () => {
    const statuses = await Promise.all(
      ["/livez", "/readyz", "/explorer", "/metrics"].map(
        async (path) => (await fetch(new URL(path, gateway.url), { headers: { accept: "text/html" } })).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 401]);
  });
});

describe("a caller with a token of an issuer", () => {
  it("is known on every transport, and with the issuer's next key", async () => {
    const viewer = { data: { viewer: { name: "u-1", roles: ["tester"], may: ["RUNS", "COMMANDS", "OUTPUTS"] } } };
    for (const way of names) {
      expect(JSON.parse(await ask(way, `Bearer ${await issuer.sign(claims())}`))).toMatchObject(viewer);
    }
    await issuer.rotate();
    clock.forward(31_000);
    for (const way of names) {
      expect(JSON.parse(await ask(way, `Bearer ${await issuer.sign(claims())}`))).toMatchObject(viewer);
    }
  });

  it("is forbidden everything without a role", async () => {
    const token = `Bearer ${await issuer.sign(claims({ groups: ["cooks"] }))}`;
    const answers = await Promise.all(names.map((way) => ask(way, token)));
    expect(answers.map((answer) => answer.match(/FORBIDDEN|closed 4403/)?.[0])).toEqual([
      "FORBIDDEN",
      "FORBIDDEN",
      "closed 4403",
    ]);
  });
});

describe("limits of a caller", () => {
  it("are told while they last, and refuse one caller alone, on a socket that stays open", async () => {
    const limits = { busy: { operationsPerMinute: 3, callsPerMinute: 100 } };
    gateway.rewrite({
      limits,
      keys: [{ name: "busy", sha256: busy.sha256, roles: ["tester"] }, ...gateway.keyLines],
    });
    await untilKnown(busy.key);
    clock.forward(60_000);
    const response = await fetch(gateway.url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${busy.key}` },
      body: JSON.stringify({ query: "{ sources { ok } }" }),
    });
    const { extensions } = (await response.json()) as { extensions: object };
    expect([response.headers.get("ratelimit-policy"), response.headers.get("ratelimit"), extensions]).toEqual([
      '"operations";q=3;w=60, "calls";q=100;w=60',
      expect.stringMatching(/^"operations";r=2;t=\d+, "calls";r=100;t=\d+$/),
      { cost: { calls: 0, cached: 0, budget: 200, remainingCalls: 100 } },
    ]);
    const { ask: send, leave } = WAYS_IN.websocket(gateway.url, `Bearer ${busy.key}`);
    const answers = [];
    for (let time = 0; time < 4; time += 1) answers.push(await send("{ viewer { name } }", {}));
    await leave();
    const code = (answer: string) => /RATE_LIMITED|"name":"busy"/.exec(answer)?.[0];
    expect(answers.map(code)).toEqual(['"name":"busy"', '"name":"busy"', "RATE_LIMITED", "RATE_LIMITED"]);
    expect(answers[2]).toMatch(/"retryAfterMs":\d+/);
    expect((await gateway.askAs("tester", "{ viewer { name } }")).data).toEqual({ viewer: { name: "tester" } });
  });
});

const WATCH = "subscription ($id: ID!) { invocationUpdated(id: $id) { status } }";

/** Resolves once the file that holds the key is in force. */
async function untilKnown(key: string): Promise<void> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const asked = { method: "POST", headers, body: JSON.stringify({ query: "{ __typename }" }) };
  while ((await fetch(gateway.url, asked)).status === 401) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("a watch", () => {
  it.each(["websocket", "server-sent events"] as const)("ends with its credential over %s", async (way) => {
    const expires = new Date(clock.now() + HOUR).toISOString();
    gateway.rewrite({
      keys: [{ name: "temporary", sha256: temporary.sha256, roles: ["owner"], expires }, ...gateway.keyLines],
    });
    await untilKnown(temporary.key);
    const { watch, leave } = WAYS_IN[way](gateway.url, `Bearer ${temporary.key}`);
    const [production = expectSource()] = SOURCES;
    const { provider, account, regionId } = production;
    const id = toGlobalId({
      type: "Invocation",
      source: { provider, account, regionId },
      invokeId: UNFINISHED.invokeId,
    });
    const told: string[] = [];
    for await (const result of watch(WATCH, { id })) {
      told.push(result);
      if (told.length === 1) clock.forward(HOUR);
    }
    await leave();
    expect(told.map((result) => /RUNNING|UNAUTHENTICATED/.exec(result)?.[0])).toEqual(["RUNNING", "UNAUTHENTICATED"]);
  });
});

describe("a question that waits", () => {
  it("ends with its credential over websocket", async () => {
    const expires = new Date(clock.now() + 30_000).toISOString();
    gateway.rewrite({
      keys: [{ name: "temporary", sha256: temporary.sha256, roles: ["owner"], expires }, ...gateway.keyLines],
    });
    await untilKnown(temporary.key);
    const { ask: send, leave } = WAYS_IN.websocket(gateway.url, `Bearer ${temporary.key}`);
    const [{ provider, account, regionId } = expectSource()] = SOURCES;
    const key = { provider, account, regionId, invokeId: UNFINISHED.invokeId };
    const question = `query ($provider: Provider!, $account: String, $regionId: String!, $invokeId: String!, $waitSeconds: Int) {
      invocation(provider: $provider, account: $account, regionId: $regionId, invokeId: $invokeId, waitSeconds: $waitSeconds) { status } }`;
    expect(await send(question, { ...key, waitSeconds: 0 })).toMatch(/RUNNING/);
    const answer = send(question, { ...key, waitSeconds: 60 });
    // Answered behind the other one, on the same socket.
    await send("{ __typename }", {});
    clock.forward(30_000);
    expect(/RUNNING|UNAUTHENTICATED/.exec(await answer)?.[0]).toBe("UNAUTHENTICATED");
    await leave();
  });
});

describe("a key that is withdrawn", () => {
  it("ends an export that goes on", async () => {
    const taken = createKey();
    gateway.rewrite({ keys: [{ name: "taken", sha256: taken.sha256, roles: ["owner"] }, ...gateway.keyLines] });
    await untilKnown(taken.key);
    const [{ provider, account, regionId } = expectSource()] = SOURCES;
    const invokeId = gateway.emulator.world.addInvocation("ecs", regionId, {
      commandName: "deploy-crimson",
      instances: Array.from({ length: 600 }, (_, index) => ({
        instanceId: `i-${index}`,
        status: "Success",
        output: "x".repeat(20_000),
      })),
    });
    const id = toGlobalId({ type: "Invocation", source: { provider, account, regionId }, invokeId });
    const headers = { authorization: `Bearer ${taken.key}`, "apollo-require-preflight": "1" };
    const response = await fetch(new URL(`/export?id=${id}`, gateway.url), { headers });
    expect(response.status).toBe(200);
    const reader = (response.body ?? expectSource()).getReader();
    await reader.read();
    const other = createKey();
    gateway.rewrite({ keys: [...gateway.keyLines, { name: "other", sha256: other.sha256, roles: ["viewer"] }] });
    await untilKnown(other.key);
    const readOn = async () => {
      while (!(await reader.read()).done);
    };
    await expect(readOn()).rejects.toThrow();
  });
});

describe("rules of redaction that change", () => {
  it("apply to what was read before, without a call", async () => {
    const words = 'provider: ECS, account: "production", regionId: "cn-hangzhou", invokeId: "t-crimson-2"';
    const query = `{ invocation(${words}) { parameters command { content } outputGroups { output { text isRedacted } } } }`;
    await gateway.askAs("owner", query);
    const before = gateway.emulator.calls.length;
    gateway.rewrite({
      redact: [{ pattern: "hunter2|canary", replaceWith: "***" }],
      keys: [{ name: "guest", sha256: guest.sha256, roles: ["viewer"] }, ...gateway.keyLines],
    });
    await untilKnown(guest.key);
    const { data } = await gateway.askAs("owner", query);
    expect(data).toEqual({
      invocation: {
        parameters: { name: "***-of-a-command crimson" },
        command: { content: "echo ***-of-a-command crimson" },
        outputGroups: [{ output: { text: "***-of-an-output crimson\npassword=*** of crimson\n", isRedacted: true } }],
      },
    });
    expect(gateway.emulator.calls.length - before).toBe(0);
  });
});

describe("rights that become less while a watch goes on", () => {
  const keysWith = (role: string) => [
    { name: "temporary", sha256: temporary.sha256, roles: [role] },
    ...gateway.keyLines,
  ];
  const [{ provider, account, regionId } = expectSource()] = SOURCES;
  let markers = 0;

  /** Gives the caller this role alone, and waits until the file with it counts. */
  async function become(role: string): Promise<void> {
    markers += 1;
    const marker = createKey();
    const line = { name: `marker ${markers}`, sha256: marker.sha256, roles: ["viewer"] };
    gateway.rewrite({ keys: [...keysWith(role), line] });
    await untilKnown(marker.key);
  }

  /** Starts to watch a run as an owner, becomes another, and has the run end. */
  async function watchWhile(role: string): Promise<readonly string[]> {
    await become("owner");
    const invokeId = gateway.emulator.world.addInvocation("ecs", regionId, {
      commandName: "deploy-crimson",
      parameters: { name: "secret" },
      instances: [{ instanceId: "i-crimson", status: "Running" }],
    });
    const { watch, leave } = WAYS_IN.websocket(gateway.url, `Bearer ${temporary.key}`);
    const query = "subscription ($id: ID!) { invocationUpdated(id: $id) { status parameters } }";
    const told: string[] = [];
    const id = toGlobalId({ type: "Invocation", source: { provider, account, regionId }, invokeId });
    for await (const result of watch(query, { id })) {
      told.push(result.replace(/,"extensions":\{"cost".*/, ""));
      if (told.length > 1) break;
      await become(role);
      gateway.emulator.world.finishInvocation("ecs", regionId, invokeId);
    }
    await leave();
    return told;
  }

  it("a kind is null from then on", async () => {
    const told = await watchWhile("viewer");
    expect(told[0]).toBe('{"data":{"invocationUpdated":{"status":"RUNNING","parameters":{"name":"secret"}}}');
    expect(told[1]).toMatch(/"code":"FORBIDDEN".*"status":"SUCCESS","parameters":null/);
  });

  it("a source is gone from then on, which ends the watch", async () => {
    const told = await watchWhile("tester");
    expect(told.slice(1)).toEqual([
      expect.stringMatching(/^{"errors":\[{"message":"There is no run .*"code":"NOT_FOUND"/),
    ]);
  });

  it.each(["websocket", "server-sent events"] as const)(
    "no list tells that something changed which is gone, over %s",
    async (way) => {
      const [crimson = expectSource(), violet = expectSource()] = SOURCES;
      const add = ({ regionId, mark }: typeof crimson, invokeId: string) =>
        gateway.emulator.world.addInvocation("ecs", regionId, {
          invokeId,
          commandName: `deploy-${mark}`,
          instances: ["i-1"],
        });
      const query =
        "subscription { invocationsChanged { isSnapshot entered { invokeId } changed { invokeId } left { invokeId } } }";
      const follow = (key: string) => {
        const { watch, leave } = WAYS_IN[way](gateway.url, `Bearer ${key}`);
        const events = watch(query, {});
        return {
          leave,
          next: async () => JSON.parse((await events.next()).value ?? "{}").data?.invocationsChanged,
        };
      };
      await become("owner");
      const owner = follow(gateway.keys.owner);
      const becoming = follow(temporary.key);
      expect([(await owner.next()).isSnapshot, (await becoming.next()).isSnapshot]).toEqual([true, true]);
      await become("tester");
      const told = async (invokeId: string) => {
        const { isSnapshot, entered } = await owner.next();
        expect([isSnapshot, entered]).toEqual([false, [{ invokeId }]]);
      };
      const entered = [`t-crimson-${way.length}`, `t-violet-${way.length}`];
      add(crimson, entered[0] ?? "");
      await told(entered[0] ?? "");
      add(violet, entered[1] ?? "");
      await told(entered[1] ?? "");
      // The list begins anew with what is seen now: what was seen before has not changed, and is gone.
      const { isSnapshot, entered: seen } = await becoming.next();
      const ids = seen.map(({ invokeId }: { readonly invokeId: string }) => invokeId);
      expect([isSnapshot, ids.filter((id: string) => !/^t-(violet|5a5a)-/.test(id))]).toEqual([true, []]);
      if (!ids.includes(entered[1])) {
        const next = { isSnapshot: false, entered: [{ invokeId: entered[1] }], changed: [], left: [] };
        expect(await becoming.next()).toEqual(next);
      }
      await owner.leave();
      await becoming.leave();
    },
  );
});

function expectSource(): never {
  throw new Error("The world has no source.");
}
