import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { GraphQLError } from "graphql";

import { InputError } from "#domain";
import { OperationMeter } from "../../../src/edge/admission/operation-meter.ts";
import { withoutRepeats } from "../../../src/edge/execution/executor.ts";
import { startGateway, stubSchema, type TestGateway } from "../gateway.ts";
import { askLive } from "../live-schema.ts";

const client = { name: "a client", spendCall() {}, spendForeignId() {} };
const createMeter = () => new OperationMeter({ callBudget: 0, client, pause() {} });

const metBy = (act: () => void): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof InputError ? [error.code, error.met] : error;
  }
  return null;
};

describe("the meter of one answer", () => {
  it("passes what is allowed exactly, and refuses everything from then on", () => {
    const meter = createMeter();
    const refused = ["LIMIT_EXCEEDED", { limit: "answerValues", max: 50_000, actual: 50_001 }];
    expect([
      metBy(() => meter.addAnswer(50_000, 100)),
      metBy(() => meter.addAnswer(1, 100)),
      metBy(() => meter.addAnswer(0, 100)),
    ]).toEqual([null, refused, refused]);
  });

  it("counts bytes, searches and decodings apart", () => {
    const meter = createMeter();
    expect([
      metBy(() => meter.addAnswer(1, 8_000_001)),
      metBy(() => meter.addReading("searchedBytes", 4_194_305)),
      metBy(() => meter.addReading("decodedBytes", 8_388_609)),
    ]).toEqual([
      ["LIMIT_EXCEEDED", { limit: "answerBytes", max: 8_000_000, actual: 8_000_001 }],
      ["LIMIT_EXCEEDED", { limit: "searchedBytes", max: 4_194_304, actual: 4_194_305 }],
      ["LIMIT_EXCEEDED", { limit: "decodedBytes", max: 8_388_608, actual: 8_388_609 }],
    ]);
  });

  it("is told of at twenty places, and other errors at all of theirs", () => {
    const limit = new InputError("LIMIT_EXCEEDED", "too much");
    const wrap = (originalError: Error) => new GraphQLError("x", { originalError });
    const errors = [
      ...Array.from({ length: 30 }, () => wrap(limit)),
      ...Array.from({ length: 30 }, () => wrap(new InputError("BAD_USER_INPUT", "no"))),
    ];
    expect(withoutRepeats(errors)).toHaveLength(50);
  });
});

describe("an answer that is larger than its estimate", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    // Each character takes six bytes of JSON.
    const text = "\u0001".repeat(1_400_000);
    const circular: unknown[] = [];
    circular.push(circular);
    const schema = stubSchema("scalar Any type Query { large: String  circular: Any  hello: String }", {
      Query: { large: () => text, circular: () => circular, hello: () => "hello" },
    });
    gateway = await startGateway({ schema });
  });
  afterAll(() => gateway.stop());

  const refused = {
    data: null,
    errors: [
      {
        message: expect.stringMatching(
          /^Limit answerBytes: at most 8000000 bytes in one answer are allowed, \d+ came\.$/,
        ),
        extensions: { code: "LIMIT_EXCEEDED", limit: "answerBytes", max: 8_000_000, actual: expect.any(Number) },
      },
    ],
  };

  it("is replaced over HTTP", async () => {
    expect((await gateway.ask({ query: "{ large }" })).body).toEqual(refused);
    expect(gateway.log.filter(({ msg }) => msg === "operation").at(-1)).toMatchObject({ codes: ["LIMIT_EXCEEDED"] });
  });

  it.each(["websocket", "server-sent events"] as const)("is replaced over %s", async (name) => {
    const told = await askLive(name, gateway.url, { query: "{ large }" });
    expect(told).toEqual({ results: [refused], end: "complete" });
  });

  it("is an internal error that the log tells of and a metric counts, if it cannot be written", async () => {
    const { body } = await gateway.ask({ query: "{ circular }" });
    expect(body).toEqual({
      data: null,
      errors: [{ message: "Internal error", extensions: { code: "INTERNAL_SERVER_ERROR" } }],
    });
    expect(gateway.log.some(({ msg }) => msg === "an answer cannot be written")).toBe(true);
    const metrics = await (await fetch(new URL("/metrics", gateway.url))).text();
    expect(metrics).toContain('gateway_errors_total{code="INTERNAL_SERVER_ERROR"} 1');
    expect((await gateway.ask({ query: "{ hello }" })).body).toMatchObject({ data: { hello: "hello" } });
  });
});
