import { describe, expect, it } from "@jest/globals";
import { createFastClock } from "./fast-clock.ts";
import { startRig } from "./rig.ts";
import { refusal } from "./upstream.ts";
import { createPlace, type Run } from "./world.ts";

describe("waiting for a run", () => {
  const RUN = `query ($id: String!, $seconds: Int) {
    invocation(provider: ECS, regionId: "cn-beijing", invokeId: $id, waitSeconds: $seconds) { status isFinal } }`;

  it("answers when it is over, not later, beyond the operation's deadline too", async () => {
    const running: Run = {
      invokeId: "t-wait01",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-bj1234", status: "Running" }],
    };
    const place = createPlace([running]);
    const own = await startRig(
      { "ECS/cn-beijing": place },
      {
        WATCH_MIN_INTERVAL_MS: "100",
        WATCH_MAX_INTERVAL_MS: "100",
        OPERATION_DEADLINE_MS: "300",
        UPSTREAM_TIMEOUT_MS: "200",
      },
    );
    let looks = 0;
    own.far.interfere = () => {
      looks += 1;
      if (looks === 8) place.runs[0] = { ...running, status: "Success", executions: [{ instanceId: "i-bj1234" }] };
      return null;
    };
    try {
      const answers = await Promise.all([1, 2, 3].map(() => own.ask(RUN, { id: "t-wait01", seconds: 30 })));
      expect(answers).toMatchObject(
        answers.map(() => ({ data: { invocation: { status: "SUCCESS", isFinal: true } } })),
      );
      expect(looks).toBeLessThan(12);
    } finally {
      await own.stop();
    }
  });

  it("answers what there is when the time is over", async () => {
    const place = createPlace([
      {
        invokeId: "t-wait02",
        at: Date.UTC(2026, 0, 3),
        status: "Running",
        executions: [{ instanceId: "i-1", status: "Running" }],
      },
    ]);
    const own = await startRig({ "ECS/cn-beijing": place });
    try {
      expect(await own.ask(RUN, { id: "t-wait02", seconds: 1 })).toMatchObject({
        data: { invocation: { status: "RUNNING" } },
      });
      expect(await own.ask(RUN, { id: "t-wait03", seconds: 1 })).toMatchObject({ data: { invocation: null } });
    } finally {
      await own.stop();
    }
  });

  it("answers in time what is known, and why no more is, while the upstream accepts every call and never answers", async () => {
    const known: Run = {
      invokeId: "t-wait04",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running" }],
    };
    const settings = { SOFT_DEADLINE_MS: "300", FRESHNESS_MS: "1" };
    const own = await startRig({ "ECS/cn-beijing": createPlace([known]) }, settings);
    const withOutput = RUN.replace("isFinal", "instanceInvocations(first: 1) { nodes { result { output { text } } } }");
    const startedAt = performance.now();
    try {
      await own.ask("{ invocations { nodes { status } } }");
      own.far.interfere = () => "silent";
      const unread = { path: expect.anything(), extensions: { code: "UPSTREAM_TIMEOUT", regionId: "cn-beijing" } };
      expect(
        await Promise.all([
          own.ask(RUN, { id: "t-wait04", seconds: 1 }),
          own.ask(RUN, { id: "t-wait05", seconds: 1 }),
          own.ask(withOutput, { id: "t-wait04", seconds: 1 }),
        ]),
      ).toMatchObject([
        { data: { invocation: { status: "RUNNING", isFinal: false } } },
        { data: { invocation: null }, errors: [unread] },
        { data: { invocation: { status: "RUNNING" } }, errors: [unread] },
      ]);
      expect(performance.now() - startedAt).toBeLessThan(4_000);
    } finally {
      await own.stop();
    }
  });

  it.each([
    ["no permission", refusal(403, "Forbidden.RAM"), "UPSTREAM_FORBIDDEN"],
    ["a code that nobody knows", refusal(400, "Something.New"), "UPSTREAM_UNAVAILABLE"],
    ["an answer that is cut off", { status: 200, body: '{"RequestId":' }, "UPSTREAM_BAD_RESPONSE"],
  ])(
    "answers what is known when its time is over, and at once why nothing is, after %s",
    async (_name, fault, code) => {
      const known: Run = {
        invokeId: "t-wait06",
        at: Date.UTC(2026, 0, 3),
        status: "Running",
        executions: [{ instanceId: "i-1", status: "Running" }],
      };
      const clock = createFastClock();
      const own = await startRig({ "ECS/cn-beijing": createPlace([known]) }, { FRESHNESS_MS: "1" }, clock);
      try {
        await own.ask("{ invocations { nodes { status } } }");
        own.far.interfere = () => fault;
        const startedAt = clock.elapsed();
        const answers = [own.ask(RUN, { id: "t-wait06", seconds: 30 }), own.ask(RUN, { id: "t-wait07", seconds: 30 })];
        const [unknown] = await Promise.all(answers.toReversed());
        const failed = { data: { invocation: null }, errors: [{ extensions: { code, regionId: "cn-beijing" } }] };
        expect(unknown).toMatchObject(failed);
        const answer = await answers[0];
        expect(answer).toMatchObject({ data: { invocation: { status: "RUNNING", isFinal: false } } });
        expect(answer?.errors).toBeUndefined();
        expect(clock.elapsed() - startedAt).toBeGreaterThan(29_000);
        // Each was asked for while it was waited for, and once after that.
        expect(own.far.calls.filter(({ asked }) => asked.get("InvokeId") === "t-wait07").length).toBeLessThanOrEqual(2);
      } finally {
        await own.stop();
      }
    },
  );

  it("answers once anybody reads that it is over", async () => {
    const running: Run = {
      invokeId: "t-1",
      at: Date.UTC(2026, 0, 3),
      status: "Running",
      executions: [{ instanceId: "i-1", status: "Running" }],
    };
    const place = createPlace([running]);
    const seldom = { WATCH_MIN_INTERVAL_MS: "60000", WATCH_MAX_INTERVAL_MS: "60000", FRESHNESS_MS: "1" };
    const own = await startRig({ "ECS/cn-beijing": place }, seldom);
    try {
      let isOver = false;
      const waiting = own.ask(RUN, { id: "t-1", seconds: 50 }).finally(() => {
        isOver = true;
      });
      while (own.far.calls.length === 0) await own.ask("{ __typename }");
      place.runs[0] = { ...running, status: "Success", executions: [{ instanceId: "i-1" }] };
      while (!isOver) await own.ask("{ invocations { nodes { status } } }");
      expect(await waiting).toMatchObject({ data: { invocation: { status: "SUCCESS", isFinal: true } } });
    } finally {
      await own.stop();
    }
  });

  it.each([-1, 61])("takes no %i seconds", async (seconds) => {
    const own = await startRig({ "ECS/cn-beijing": createPlace([]) });
    try {
      const { errors } = await own.ask(RUN, { id: "t-wait07", seconds });
      expect(errors?.[0]).toMatchObject({
        message: `\`waitSeconds\`: expected 0 to 60, got ${seconds}.`,
        extensions: { code: "BAD_USER_INPUT" },
      });
      expect(own.far.calls).toEqual([]);
    } finally {
      await own.stop();
    }
  });
});
