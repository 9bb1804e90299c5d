import { afterEach, describe, expect, it } from "@jest/globals";
import { createClient, GatewayError } from "cloud-assistant-gateway/client";
import { type GraphServer, type Root, startGraphServer, startPlainServer } from "../support/graph-server.ts";

const servers: GraphServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(root: Root): Promise<GraphServer> {
  const server = await startGraphServer(root);
  servers.push(server);
  return server;
}

async function startPlain(status: number, contentType: string, body: string): Promise<GraphServer> {
  const server = await startPlainServer(status, contentType, body);
  servers.push(server);
  return server;
}

async function failureOf(call: Promise<unknown>): Promise<Partial<GatewayError>> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GatewayError)) throw new TypeError("The call was to fail with a GatewayError");
  const { kind, message, httpStatus } = error;
  return { kind, message, httpStatus };
}

describe("createClient", () => {
  it("asks in three lines", async () => {
    const { url, requests } = await start({
      sources: [
        {
          provider: "ECS",
          account: "default",
          regionId: "cn-hangzhou",
          ok: true,
          asOf: "2026-01-02T03:04:05.000Z",
          isComplete: true,
        },
      ],
    });

    const client = createClient({ url });
    const { sources } = await client.sources();

    expect(sources).toEqual([
      {
        provider: "ECS",
        account: "default",
        regionId: "cn-hangzhou",
        ok: true,
        asOf: "2026-01-02T03:04:05.000Z",
        isComplete: true,
        error: null,
      },
    ]);
    expect(requests.map(({ operationName }) => operationName)).toEqual(["sources"]);
  });

  it("sends variables, and headers that are made anew for each request", async () => {
    const { url, requests } = await start({ node: null });
    let count = 0;
    const client = createClient({ url, headers: () => ({ authorization: `Bearer ${++count}` }) });
    await client.runStatus({ id: "a" });
    await client.runStatus({ id: "b" }, { "x-trace": "1" });
    expect(requests.map(({ variables, headers }) => [variables, headers.authorization, headers["x-trace"]])).toEqual([
      [{ id: "a" }, "Bearer 1", undefined],
      [{ id: "b" }, "Bearer 2", "1"],
    ]);
  });

  it("uses the fetch that it is given", async () => {
    const asked: string[] = [];
    const client = createClient({
      url: "http://gateway.example/graphql",
      fetch: async (input) => {
        asked.push(String(input));
        return Response.json({ data: { sources: null } });
      },
    });
    expect(await client.sources()).toEqual({ sources: null });
    expect(asked).toEqual(["http://gateway.example/graphql"]);
  });

  it("passes an abort on as it is", async () => {
    const { url } = await start({ sources: () => new Promise(() => {}) });
    const call = createClient({ url }).sources({}, {}, AbortSignal.abort());
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  it.each(["", "gateway", "ftp://a.example/graphql"])("refuses %j as an address", (url) => {
    expect(() => createClient({ url })).toThrow(
      new TypeError("The url of a gateway must be an http or https address, such as http://127.0.0.1:4000/graphql"),
    );
  });
});

describe("GatewayError", () => {
  it("says that nothing answers", async () => {
    const { url, close } = await startGraphServer({});
    await close();
    expect(await failureOf(createClient({ url }).sources())).toEqual({
      kind: "UNREACHABLE",
      message: `Nothing answers at ${url} (ECONNREFUSED): check the address, and that the gateway runs there.`,
      httpStatus: null,
    });
  });

  it("says that another server answers", async () => {
    const page = await startPlain(404, "text/html", "<h1>secret inner page</h1>");
    const elsewhere = new URL("/elsewhere?key=secret", page.url).href;
    expect(await failureOf(createClient({ url: elsewhere }).sources())).toEqual({
      kind: "NOT_GRAPHQL",
      message: `${new URL("/elsewhere", page.url).href} answered 404, but not with GraphQL: a gateway's path is /graphql.`,
      httpStatus: 404,
    });
    const ok = await startPlain(200, "text/html", "<h1>hello</h1>");
    expect(await failureOf(createClient({ url: ok.url }).sources())).toEqual({
      kind: "NOT_GRAPHQL",
      message: `${ok.url} answered 200, but not with GraphQL: is this really the gateway?`,
      httpStatus: 200,
    });
  });

  it.each(["{}", '{"data":null}', '{"errors":[]}', '{"data":{}}', "[]", "[{}]", '{"data":[7]}', "null", '"text"', "7"])(
    "says that what answers %s is another server",
    async (body) => {
      const { url } = await startPlain(200, "application/json", body);
      expect(await failureOf(createClient({ url }).sources())).toEqual({
        kind: "NOT_GRAPHQL",
        message: `${url} answered 200, but not with GraphQL: is this really the gateway?`,
        httpStatus: 200,
      });
    },
  );

  it("says that credentials are missing", async () => {
    const { url } = await startPlain(401, "application/json", "{}");
    expect(await failureOf(createClient({ url }).sources())).toEqual({
      kind: "REFUSED",
      message: `${url} refused the call (401): pass the credentials that it expects as headers.`,
      httpStatus: 401,
    });
  });

  it("says that client and gateway are of different versions", async () => {
    const error = {
      message: 'Cannot query field "new" on type "Query".',
      extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
    };
    const { url } = await startPlain(400, "application/graphql-response+json", JSON.stringify({ errors: [error] }));
    expect(await failureOf(createClient({ url }).sources())).toEqual({
      kind: "VERSION_MISMATCH",
      message: `The gateway at ${url} does not accept this client's question (Cannot query field "new" on type "Query"). Use a client and a gateway of the same version.`,
      httpStatus: 400,
    });
  });

  it("hands on what the gateway says, with the data that came along", async () => {
    const extensions = { code: "UPSTREAM_THROTTLED", retryable: true };
    const answer = { data: { node: null }, errors: [{ message: "Too many calls.", path: ["node"], extensions }] };
    const { url } = await startPlain(200, "application/json", JSON.stringify(answer));
    const error: unknown = await createClient({ url })
      .runStatus({ id: "x" })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: "GatewayError",
      kind: "GRAPHQL",
      message: "Too many calls. (UPSTREAM_THROTTLED)",
      failures: [{ message: "Too many calls.", path: ["node"], code: "UPSTREAM_THROTTLED", extensions }],
      data: { node: null },
    });
  });
});
