import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { useBuilt } from "../support/built.ts";
import { type GraphServer, startGraphServer, startPlainServer } from "../support/graph-server.ts";
import { connection, createRun, run, runAt, SOURCE } from "./rig.ts";

useBuilt();
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
      errors: `cloud-assistant: ${server.url} answered 404, but not with GraphQL: is this really the gateway? (--url or CLOUD_ASSISTANT_URL sets the address, --header other headers.)\n`,
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

  const INSTANT = "an age such as 1h, or a time with its zone such as 2026-01-02T03:04:05Z";

  it.each([
    [["list", "--limit", "0"], '`--limit`: expected a whole number from 1 to 10000, got "0".'],
    [
      ["list", "--type", "perl"],
      '`--type`: expected one of run_shell_script, run_bat_script, run_powershell_script, unknown, got "perl".',
    ],
    [["list", "--since", "yesterday"], `\`--since\`: expected ${INSTANT}, got "yesterday".`],
    [["list", "--since", "2026-01-02T03:04:05"], `\`--since\`: expected ${INSTANT}, got "2026-01-02T03:04:05".`],
    [["list", "--since", "2026-02-30"], `\`--since\`: expected ${INSTANT}, got "2026-02-30".`],
    [
      ["export", "--until", "2026-04-31T03:04:05+08:00"],
      `\`--until\`: expected ${INSTANT}, got "2026-04-31T03:04:05+08:00".`,
    ],
    [["list", "--since", "99999999d"], `\`--since\`: expected ${INSTANT}, got "99999999d".`],
    [["list", "--since", "999999999d"], `\`--since\`: expected ${INSTANT}, got "999999999d".`],
    [
      ["list", "--since", "1h", "--until", "2h"],
      "`--until`: expected a time after that of `--since` (2026-01-02T02:04:05.000Z), got 2026-01-02T01:04:05.000Z.",
    ],
    ...["list", "export", "search x", "stats"].map((words): [string[], string] => [
      [...words.split(" "), "--since", "2026-01-02T03:05:06Z"],
      '`--since`: expected a time that has passed, got "2026-01-02T03:05:06Z".',
    ]),
    ...["list", "export"].map((words): [string[], string] => [
      [words, "--until", "1970-01-01"],
      '`--until`: expected a time after 1970-01-01, got "1970-01-01".',
    ]),
    [["list", "--timed", "maybe"], '`--timed`: expected one of yes, no, got "maybe".'],
    [["list", "--limit"], "`--limit`: expected a value, it is missing."],
    [["list", "--limt", "3"], "`--limt`: expected an option that --help lists; is `--limit` meant?"],
    [["list", "--nonsense"], "`--nonsense`: expected an option that --help lists, got this one."],
    [
      ["follow", "AXIAid", "--timeout", "soon"],
      '`--timeout`: expected a duration such as 2s, 10m, 1h or 7d, got "soon".',
    ],
    [["output", "AXIAid", "--tail", "-1"], '`--tail`: expected a whole number from 0 to 1000000, got "-1".'],
    [["output", "AXIAid", "-f", "--raw"], "`--follow`: expected without `--raw`, got both."],
    [["output", "AXIAid", "--group", "--instance", "i-1"], "`--instance`: expected without `--group`, got both."],
    [
      ["list", "--template", "{{invokeId}}"],
      '`--template`: expected {{.field}}, {{range .field}} or {{end}}, got "{{invokeId}}".',
    ],
    [["list", "--template", "{{.a}} {{"], '`--template`: expected }} behind each {{, got "{{.a}} {{".'],
    [
      ["list", "--template", "{{end}}"],
      '`--template`: expected {{.field}}, {{range .field}} or {{end}}, got "{{end}}".',
    ],
    [
      ["list", "--template", "{{range .x}}{{.y}}"],
      '`--template`: expected {{end}} behind each {{range}}, got "{{range .x}}{{.y}}".',
    ],
    [["completion", "tcsh"], '`<shell>`: expected bash, zsh, fish, got "tcsh".'],
    ...["show", "output", "follow", "history"].map(
      (command) => [[command], "`<run>`: expected a value, it is missing."] as const,
    ),
    [["show", "t-1", "t-2"], "`<arguments>`: expected 1, got 2."],
    [["remove", "t-hz01"], '`<command>`: expected one that --help lists, got "remove".'],
    [["lst"], '`<command>`: expected one that --help lists, got "lst".'],
    [
      ["--url", "nowhere", "list"],
      "The url of a gateway must be an http or https address, such as http://127.0.0.1:4000/graphql",
    ],
  ])("refuses %j in one sentence", async (words, message) => {
    expect(await runAt(words)).toEqual({ exitCode: 2, output: "", errors: `cloud-assistant: ${message}\n` });
  });

  it.each([
    [["--token", "t1"], {}, "Bearer t1"],
    [[], { CLOUD_ASSISTANT_TOKEN: "t2" }, "Bearer t2"],
    [["--token", "t1"], { CLOUD_ASSISTANT_TOKEN: "t2" }, "Bearer t1"],
    [["--header", "authorization: Basic x"], { CLOUD_ASSISTANT_TOKEN: "t2" }, "Basic x"],
  ])("sends a token: %j and %j", async (words, environment, expected) => {
    const server = await startGraphServer({ invocations: connection([]) });
    servers.push(server);
    await runAt(["--url", server.url, ...words, "list"], { environment });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([expected]);
  });

  it.each(["bash", "zsh", "fish"])(
    "writes a script for %s that knows commands, options and their words",
    async (shell) => {
      const { exitCode, output, errors } = await runAt(["completion", shell]);
      expect([exitCode, errors]).toEqual([0, ""]);
      for (const word of [
        "list",
        "output",
        "follow",
        "sources",
        "open",
        "tail",
        "failed",
        "partial-failed",
        "powershell",
        "template",
      ]) {
        expect(output).toContain(word);
      }
    },
  );

  it("completes in a real bash", async () => {
    const { output } = await runAt(["completion", "bash"]);
    const ask = (...words: string[]) =>
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _cloud_assistant; echo "\${COMPREPLY[*]}"`;
    const script = [
      output,
      ask("cloud-assistant", "o"),
      ask("cloud-assistant", "output", "t-1", "--ta"),
      ask("cloud-assistant", "list", "--provider", ""),
      ask("cloud-assistant", "completion", ""),
    ].join("\n");
    const { stdout } = await promisify(execFile)("bash", ["-c", script]);
    expect(stdout).toBe("output open\n--tail\necs swas\nbash zsh fish\n");
  });

  it("opens the page of a run, and writes its address if there is no browser", async () => {
    const opens = await run({}, ["open", "AXIAid"], { isTerminal: true });
    const writes = await run({}, ["open"], { isTerminal: true, opens: false });
    const origin = /^(http:\/\/[^/]+)/.exec(opens.opened?.[0] ?? "")?.[1];
    expect([opens.opened, opens.output, opens.errors]).toEqual([
      [`${origin}/runs/AXIAid`],
      "",
      `cloud-assistant: opened ${origin}/runs/AXIAid\n`,
    ]);
    expect(writes.output).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  });

  it("lists the sources and how they fared", async () => {
    const fine = {
      provider: "ECS",
      account: "default",
      regionId: "cn-hangzhou",
      ok: true,
      asOf: "2026-01-02T03:04:05.000Z",
      isComplete: true,
      error: null,
    };
    const error = { code: "FORBIDDEN", message: "No permission.", retryable: false };
    const failed = {
      provider: "SWAS",
      account: "prod",
      regionId: "cn-beijing",
      ok: false,
      asOf: null,
      isComplete: false,
      error,
    };
    const both = await run({ sources: [fine, failed] }, ["sources"]);
    const one = await run({ sources: [fine] }, ["sources", "--json=regionId,ok"]);
    expect([both.exitCode, both.output, both.errors]).toEqual([
      4,
      "ok\tECS cn-hangzhou\t\nfailed\tSWAS cn-beijing prod\tNo permission. (FORBIDDEN)\n",
      "cloud-assistant: incomplete: SWAS cn-beijing prod: No permission. (FORBIDDEN)\n",
    ]);
    expect([one.exitCode, JSON.parse(one.output), one.errors]).toEqual([
      0,
      [{ regionId: "cn-hangzhou", ok: true }],
      "",
    ]);
  });

  it.each([
    [["list", "--status", ""], '`--status`: expected a value, got "".'],
    [["list", "--status", " , "], '`--status`: expected a value, got " , ".'],
    [["list", "--region="], '`--region`: expected a value, got "".'],
    [["list", "--command-name", " "], '`--command-name`: expected a value, got " ".'],
    [["list", "--json="], '`--json`: expected fields behind =, got "".'],
    [["list", "--json=,"], '`--json`: expected fields behind =, got ",".'],
    [["--token", "", "list"], '`--token`: expected a value, got "".'],
    [["export", "--output", ""], '`--output`: expected a value, got "".'],
    [["export", ""], '`<run>`: expected a value, got "".'],
    [["show", ""], '`<run>`: expected a value, got "".'],
    [["search", ""], '`<text>`: expected a value, got "".'],
  ])("refuses %j: a variable may not be set", async (words, message) => {
    const { exitCode, output, errors, asked } = await run({}, words);
    expect([exitCode, output, errors, asked]).toEqual([2, "", `cloud-assistant: ${message}\n`, []]);
  });

  it.each([
    ["list --region cn-nope", '`--region`: expected one of cn-hangzhou, cn-beijing, got "cn-nope".'],
    ["export --region cn-hangzhou,cn-nope", '`--region`: expected one of cn-hangzhou, cn-beijing, got "cn-nope".'],
    ["show t-hz01 --account prod", '`--account`: expected one of default, got "prod".'],
    [
      "list --provider swas --region cn-hangzhou",
      "`--provider`, `--region`: expected one source to fit all, there are ECS cn-hangzhou, SWAS cn-beijing.",
    ],
  ])("refuses %s, which no source has", async (words, message) => {
    const sources = [SOURCE, { ...SOURCE, provider: "SWAS", regionId: "cn-beijing" }];
    const { exitCode, output, errors, asked } = await run({ sources, invocations: connection([]) }, words.split(" "));
    expect([exitCode, output, errors, asked.map(([name]) => name)]).toEqual([
      2,
      "",
      `cloud-assistant: ${message}\n`,
      ["sources"],
    ]);
  });

  it.each([
    [
      ["--token", "one\ntwo"],
      {},
      "`--token`: expected a token, got one with a character that cannot be sent; it is not shown.",
    ],
    [
      [],
      { CLOUD_ASSISTANT_TOKEN: "秘密" },
      "`CLOUD_ASSISTANT_TOKEN`: expected a token, got one with a character that cannot be sent; it is not shown.",
    ],
    [["--header", "x-team: 运维"], {}, "`--header`: expected 'name: value', what came is not shown."],
  ])("says of %j that it cannot be sent", async (words, environment, message) => {
    const { exitCode, errors } = await run({}, [...words, "list"], { environment });
    expect([exitCode, errors]).toEqual([2, `cloud-assistant: ${message}\n`]);
  });

  it("ends with 2 and a sentence if what it reads cannot be written", async () => {
    const server = await startGraphServer({ invocations: connection([createRun()]) });
    servers.push(server);
    const full = openSync("/dev/full", "w");
    const words = ["dist/cli/main.js", "--url", server.url, "list"];
    const child = spawn(process.execPath, words, { stdio: ["ignore", full, "pipe"] });
    const written: Buffer[] = [];
    child.stderr?.on("data", (chunk: Buffer) => written.push(chunk));
    const [exitCode] = await once(child, "close");
    closeSync(full);
    expect([exitCode, Buffer.concat(written).toString()]).toEqual([
      2,
      "cloud-assistant: What was read cannot be written (ENOSPC).\n",
    ]);
  });

  it("does not repeat a header that it cannot read", async () => {
    const { exitCode, errors } = await runAt(["--header", "s3cret", "list"]);
    expect([exitCode, errors]).toEqual([
      2,
      "cloud-assistant: `--header`: expected 'name: value', what came is not shown.\n",
    ]);
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
    const words = ["dist/cli/main.js", "--version"];
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: new URL("../../", import.meta.url) });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("shows what the gateway says", async () => {
    const root = { invocations: () => Promise.reject(new Error("Every source failed.")) };
    const { exitCode, errors } = await run(root, ["list"]);
    expect([exitCode, errors]).toEqual([2, "cloud-assistant: Every source failed.\n"]);
  });
});
