import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKey, createRateLimits } from "#access";
import { type Admission, createAdmission } from "../../../src/edge/admission/admission.ts";
import { toErrorAnswer } from "../../../src/edge/http/reply.ts";
import { accessFile, everything } from "../../access/files.ts";
import { createTestGate } from "../../access/gates.ts";

const ann = createKey();
const bob = createKey();
const access = accessFile({
  keys: [
    { name: "ann", sha256: ann.sha256, roles: ["operators"] },
    { name: "bob", sha256: bob.sha256, roles: [] },
  ],
  oidc: [{ issuer: "http://127.0.0.1:9", audience: "a" }],
  roles: everything,
  limits: { default: { operationsPerMinute: 2 } },
});

const log: object[] = [];
const payloads: unknown[] = [];
let admission: Admission;
let port: number;

const server = createServer((request, response) => {
  void (async () => {
    const caller = await admission.identify(request, payloads.shift());
    return { status: 200, headers: admission.countOperation(caller), body: caller.name };
  })()
    .catch((error: unknown) => toErrorAnswer(error, "application/json"))
    .then(({ status, headers, body }) => response.writeHead(status, headers).end(body));
});

beforeAll(async () => {
  const gate = createTestGate(access);
  const note = (line: object) => log.push(line);
  const logger = { debug: note, info: note, warn: note, error: note } as unknown as Parameters<
    typeof createAdmission
  >[0]["logger"];
  admission = createAdmission({ gate, limits: createRateLimits(access.limits, gate.clock), logger });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Sends header fields as they are, also one twice. */
function ask(...fields: string[]) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const options = { port, host: "127.0.0.1", headers: ["Host", "127.0.0.1", "X-Request-Id", "r-1", ...fields] };
    send(options as unknown as Parameters<typeof send>[0], (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });
}

const asAnn = ["Authorization", `Bearer ${ann.key}`];
const unsigned = `Bearer eyJhbGciOiJSUzI1NiJ9.${Buffer.from('{"iss":"http://127.0.0.1:9"}').toString("base64url")}.x`;

describe("the door", () => {
  it("lets in who is known, and says what is left", async () => {
    expect(await ask(...asAnn)).toMatchObject({
      status: 200,
      body: "ann",
      headers: { "ratelimit-policy": '"operations";q=2;w=60', ratelimit: '"operations";r=1;t=30' },
    });
  });

  it("answers bad credentials alike, and tells the reason to the log alone", async () => {
    const refused = [
      await ask("Authorization", "Bearer cag_x"),
      await ask(...asAnn, ...asAnn),
      await ask("Authorization", "Bearer a.b.c"),
    ];
    expect(new Set(refused.map(({ body }) => body)).size).toBe(1);
    expect(refused.map(({ status, headers }) => [status, headers["www-authenticate"]])).toEqual(
      Array(3).fill([401, 'Bearer realm="cloud-assistant", error="invalid_token"']),
    );
    expect(JSON.parse(refused[0]?.body ?? "")).toEqual({
      errors: [
        {
          message: "`authorization`: expected a valid token or key after Bearer. Sign in again.",
          extensions: { code: "UNAUTHENTICATED" },
        },
      ],
    });
    expect(log.slice(-3)).toEqual(
      [
        "the key is none of the access file's",
        "more than one Authorization",
        "the token's issuer is none of the access file's",
      ].map((reason) => ({ requestId: "r-1", remoteAddress: "127.0.0.1", kind: "unauthenticated", reason })),
    );
  });

  it("asks for a credential if none came", async () => {
    const { body, ...answer } = await ask();
    expect(answer).toMatchObject({
      status: 401,
      headers: { "www-authenticate": 'Bearer realm="cloud-assistant"' },
    });
    expect(JSON.parse(body).errors[0].message).toBe(
      "`authorization`: expected a valid token or key after Bearer, got none. Sign in, or ask the operator of this gateway for a key of its access file.",
    );
  });

  it("answers 403 for one without a role, 503 while an issuer cannot be reached", async () => {
    const forbidden = await ask("Authorization", `Bearer ${bob.key}`);
    expect([forbidden.status, JSON.parse(forbidden.body).errors[0].extensions]).toEqual([403, { code: "FORBIDDEN" }]);
    const unavailable = await ask("Authorization", unsigned);
    expect(unavailable).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(JSON.parse(unavailable.body).errors[0].extensions).toEqual({ code: "UNAVAILABLE", retryAfterMs: 5000 });
  });

  it("takes a socket's credential from its first message, and never two that differ", async () => {
    payloads.push({ authorization: `Bearer ${bob.key}` });
    expect(await ask()).toMatchObject({ status: 403 });
    payloads.push({ authorization: `Bearer ${bob.key}` });
    expect(await ask(...asAnn)).toMatchObject({ status: 401 });
    payloads.push({ authorization: 3 });
    expect(await ask()).toMatchObject({ status: 401 });
    payloads.push({ authorization: asAnn[1] });
    expect(await ask(...asAnn)).toMatchObject({ status: 200 });
  });

  it("answers 429 with the time to wait when the minute's operations are used up", async () => {
    const refused = await ask(...asAnn);
    expect(refused).toMatchObject({
      status: 429,
      headers: { "retry-after": "30", ratelimit: '"operations";r=0;t=60' },
    });
    expect(JSON.parse(refused.body).errors[0]).toEqual({
      message: "`operationsPerMinute`: expected at most 2 a minute, got more.",
      extensions: { code: "RATE_LIMITED", limit: "operationsPerMinute", retryAfterMs: 30_000 },
    });
  });
});
