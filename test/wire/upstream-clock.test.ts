import { describe, expect, it } from "@jest/globals";
import { createOperation } from "../support/operation.ts";
import { createRig, failureOf, OK, REQUEST } from "./rig.ts";
import { errorReply } from "./upstream-server.ts";

const HOUR_AHEAD = new Date(Date.UTC(2026, 0, 2, 4, 4, 5)).toUTCString();
const IN_STEP = new Date(Date.UTC(2026, 0, 2, 3, 4, 5)).toUTCString();

const datesOf = (received: readonly { headers: Record<string, unknown> }[]) =>
  received.map(({ headers }) => headers["x-acs-date"]);

describe("a clock that is wrong", () => {
  it("is set by the upstream's date once, and stays so", async () => {
    const { wire, upstream, notices } = await createRig(({ headers }) =>
      String(headers["x-acs-date"]) < "2026-01-02T04"
        ? errorReply(400, "InvalidTimeStamp.Expired", { date: HOUR_AHEAD })
        : OK,
    );
    await wire.call(REQUEST, createOperation());
    await wire.call(REQUEST, createOperation());
    expect(datesOf(upstream.received)).toEqual([
      "2026-01-02T03:04:05Z",
      "2026-01-02T04:04:05Z",
      "2026-01-02T04:04:05Z",
    ]);
    expect(notices).toEqual([
      {
        level: "warn",
        message: "this machine's clock differs from the upstream's; requests bear the upstream's time",
        details: { offsetMs: 3_600_000 },
      },
    ]);
  });

  it("costs calls that meet it together one attempt more each", async () => {
    const { wire, upstream, notices } = await createRig(({ headers }) =>
      String(headers["x-acs-date"]) < "2026-01-02T04"
        ? errorReply(400, "InvalidTimeStamp.Expired", { date: HOUR_AHEAD })
        : OK,
    );
    await Promise.all([wire.call(REQUEST, createOperation()), wire.call(REQUEST, createOperation())]);
    expect([upstream.received.length, notices.length]).toEqual([4, 1]);
  });

  it.each([
    ["the upstream's date is ours", IN_STEP],
    ["its date cannot be read", "yesterday"],
  ])("is not to blame where %s", async (_name, date) => {
    const { wire, upstream } = await createRig(() => errorReply(400, "InvalidTimeStamp.Expired", { date }));
    expect(await failureOf(wire.call(REQUEST, createOperation()))).toMatchObject({
      code: "UNAUTHENTICATED",
      message:
        "ECS cn-hangzhou DescribeInvocations of account default: the time of the request was refused (InvalidTimeStamp.Expired); check this machine's clock",
    });
    expect(upstream.received.length).toBe(1);
  });

  it("is set once a call, however often the upstream refuses", async () => {
    const { wire, upstream } = await createRig(() => errorReply(400, "InvalidTimeStamp.Expired", { date: HOUR_AHEAD }));
    await failureOf(wire.call(REQUEST, createOperation()));
    expect(upstream.received.length).toBe(2);
  });
});
