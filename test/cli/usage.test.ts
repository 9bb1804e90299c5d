import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type GraphServer, startGraphServer, startPlainServer } from "../support/graph-server.ts";
import { connection, run, runAt } from "./rig.ts";

const servers: GraphServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("cloud-assistant", () => {
  it("takes its address from the environment", async () => {
    const server = await startGraphServer({ invocations: connection([]) });
    servers.push(server);
    const { exitCode } = await runAt(["list"], { environment: { CLOUD_ASSISTANT_URL: server.url } });
    expect([exitCode, server.requests.length]).toEqual([0, 1]);
  });

  it("sends the headers that it is given", async () => {
    const server = await startGraphServer({ invocations: connection([]) });
    servers.push(server);
    await runAt(["--url", server.url, "--header", "authorization: Bearer x", "--header", "x-team: ops", "list"]);
    expect(server.requests.map(({ headers }) => [headers.authorization, headers["x-team"]])).toEqual([
      ["Bearer x", "ops"],
    ]);
  });

  it("says that the address is wrong", async () => {
    const server = await startPlainServer(404, "text/html", "<h1>Not found</h1>");
    servers.push(server);
    const { exitCode, output, errors } = await runAt(["--url", server.url, "list"]);
    expect({ exitCode, output, errors }).toEqual({
      exitCode: 2,
      output: "",
      errors: `cloud-assistant: ${server.url} answered 404, but not with GraphQL: is this really the gateway? (--url or CLOUD_ASSISTANT_URL sets the address, --header sends credentials.)\n`,
    });
  });

  it("says that the gateway is of another version", async () => {
    const error = {
      message: 'Cannot query field "x" on type "Query".',
      extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
    };
    const server = await startPlainServer(400, "application/json", JSON.stringify({ errors: [error] }));
    servers.push(server);
    const { exitCode, errors } = await runAt(["--url", server.url, "list"]);
    expect([exitCode, errors]).toEqual([
      2,
      `cloud-assistant: The gateway at ${server.url} does not accept this client's question (Cannot query field "x" on type "Query"). Use a client and a gateway of the same version.\n`,
    ]);
  });

  it.each([
    [
      ["list", "--status", "broken"],
      "option '--status <list>' argument 'broken' is invalid. Expected one of pending, scheduled,",
    ],
    [
      ["list", "--limit", "0"],
      "option '--limit <count>' argument '0' is invalid. Expected a whole number from 1 to 10000.",
    ],
    [
      ["list", "--since", "yesterday"],
      "Expected an age such as 1h, or a time with its zone such as 2026-01-02T03:04:05Z.",
    ],
    [["list", "--since", "2026-01-02T03:04:05"], "Expected an age such as 1h, or a time with its zone"],
    [["follow", "AXIAid", "--timeout", "soon"], "Expected a duration such as 2s, 10m, 1h or 7d."],
    [["show"], "missing required argument 'run'"],
    [["remove", "t-hz01"], "unknown command 'remove'"],
    [["--url", "nowhere", "list"], "The url of a gateway must be an http or https address"],
  ])("refuses %j", async (words, message) => {
    const { exitCode, output, errors } = await runAt(words);
    expect([exitCode, output, errors.includes(message)]).toEqual([2, "", true]);
  });

  it("does not repeat a header that it cannot read", async () => {
    const { exitCode, errors } = await runAt(["--header", "s3cret", "list"]);
    expect([exitCode, errors]).toEqual([2, "cloud-assistant: Expected --header 'name: value'.\n"]);
  });

  it("tells its version and its usage", async () => {
    const [version, help] = [await runAt(["--version"]), await runAt(["--help"])];
    expect([version, help.exitCode, help.output.includes("Exit codes: 0 it worked")]).toEqual([
      { exitCode: 0, output: "1.2.3\n", errors: "" },
      0,
      true,
    ]);
  });

  it("tells the default of a wait once", async () => {
    const { output } = await runAt(["follow", "--help"]);
    expect(output.replace(/\s+/g, " ").match(/\(default: [^)]*\)/g)).toEqual(["(default: 2s)", "(default: 30m)"]);
  });

  it("runs as a process", async () => {
    const words = ["--import", "tsx", "-C", "source", "src/cli/main.ts", "--version"];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: new URL("../../", import.meta.url) });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("shows what the gateway says", async () => {
    const root = { invocations: () => Promise.reject(new Error("Every source failed.")) };
    const { exitCode, errors } = await run(root, ["list"]);
    expect([exitCode, errors]).toEqual([2, "cloud-assistant: Every source failed.\n"]);
  });
});
