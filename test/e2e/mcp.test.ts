import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { COMMAND_CANARY, type GuardedGateway, OUTPUT_CANARY, startGuardedGateway } from "../support/access.ts";

let gateway: GuardedGateway;
let clients: Client[] = [];
beforeAll(async () => {
  gateway = await startGuardedGateway({}, { MCP: "on" });
});
afterAll(async () => {
  for (const client of clients) await client.close();
  clients = [];
  await gateway.stop();
});

/** The SDK's own client, connected. */
async function connect(key: string | null): Promise<Client> {
  const url = new URL(gateway.url.replace("/graphql", "/mcp"));
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const client = new Client({ name: "a test", version: "1.0.0" });
  // Under exactOptionalPropertyTypes, the transport's optional members are none of the interface's.
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never);
  clients.push(client);
  return client;
}

async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: given });
  const [part] = content as { readonly text: string }[];
  return { isError, text: part?.text ?? "", told: JSON.parse(part?.text ?? "null") };
}

describe("the SDK's client at /mcp", () => {
  it("finds the packaged queries, each with a description", async () => {
    const client = await connect(gateway.keys.owner);
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(20);
    expect(tools.filter(({ description }) => (description ?? "") === "")).toEqual([]);
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["recentRuns", "failedRuns", "searchOutputs"]),
    );
    const lookup = tools.find(({ name }) => name === "lookup");
    expect(lookup?.inputSchema).toMatchObject({ required: ["by"], properties: { by: { maxProperties: 1 } } });
  });

  it("goes from runs to what they printed, and is audited", async () => {
    const client = await connect(gateway.keys.owner);
    const recent = await call(client, "recentRuns", { first: 20 });
    expect(recent.isError).toBe(false);
    const run = recent.told.data.invocations.nodes.find(
      ({ invokeId }: { invokeId: string }) => invokeId === "t-crimson-1",
    );
    const outputs = await call(client, "runOutputs", { id: run.id });
    expect(outputs.text).toContain(OUTPUT_CANARY);
    expect(gateway.audit().at(-1)).toMatchObject({ transport: "mcp", operationName: "runOutputs" });
  });

  it("gets no more than its caller may see", async () => {
    const client = await connect(gateway.keys.viewer);
    const owner = await connect(gateway.keys.owner);
    const recent = await call(owner, "recentRuns", { first: 20 });
    const [{ id }] = recent.told.data.invocations.nodes.filter(
      ({ invokeId }: { invokeId: string }) => invokeId === "t-crimson-1",
    );
    const outputs = await call(client, "runOutputs", { id });
    expect(outputs.text).not.toContain(OUTPUT_CANARY);
    expect(outputs.text).not.toContain(COMMAND_CANARY);
    expect(outputs.text).toContain("FORBIDDEN");
    const tester = await connect(gateway.keys.tester);
    expect((await call(tester, "runOutputs", { id })).told).toEqual({ data: { node: null } });
  });

  it("is told by code what it did wrong", async () => {
    const client = await connect(gateway.keys.owner);
    const many = await call(client, "recentRuns", { first: 1000 });
    expect(many).toMatchObject({ isError: true, told: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });
    const id = await call(client, "runById", { id: "nonsense" });
    expect(id).toMatchObject({ isError: true, told: { errors: [{ extensions: { code: "BAD_USER_INPUT" } }] } });
    await expect(client.callTool({ name: "none", arguments: {} })).rejects.toThrow("-32602");
  });

  it("is not let in without a key, nor with a bad one", async () => {
    await expect(connect(null)).rejects.toThrow();
    await expect(connect("none of ours")).rejects.toThrow();
    const response = await fetch(gateway.url.replace("/graphql", "/mcp"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{",
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { data: { code: "UNAUTHENTICATED" } } });
  });
});
