import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "@jest/globals";
import { runAt } from "./rig.ts";

const folder = mkdtempSync(join(tmpdir(), "export-"));
afterAll(() => rmSync(folder, { recursive: true }));
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A gateway that has exports alone. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

describe("cloud-assistant export", () => {
  it("writes the rows of a list as they come, with filter, format and credential", async () => {
    const asked: unknown[] = [];
    const url = await serve(({ url: path = "", headers }, response) => {
      const { pathname, searchParams } = new URL(path, "http://x");
      asked.push([
        pathname,
        Object.fromEntries(searchParams),
        headers.authorization,
        headers["apollo-require-preflight"],
      ]);
      response.write("a,b\r\n");
      response.end("1,\u001b2\r\n");
    });
    const words = ["--url", url, "--token", "t1", "export", "--status", "failed", "--format", "csv"];
    expect(await runAt(words)).toEqual({ exitCode: 0, output: "a,b\r\n1,\u001b2\r\n", errors: "" });
    expect(asked).toEqual([["/export", { format: "csv", filter: '{"statusIn":["FAILED"]}' }, "Bearer t1", "1"]]);
  });

  it("writes the outputs of a run into a file that is its owner's", async () => {
    const file = join(folder, "run.ndjson");
    let asked = "";
    const url = await serve(({ url: path = "" }, response) => {
      asked = path;
      response.end('{"output":"ok"}\n');
    });
    const { exitCode, output, errors } = await runAt(["--url", url, "export", "AXIAid", "--output", file]);
    expect([exitCode, output, errors, asked, readFileSync(file, "utf8")]).toEqual([
      0,
      "",
      `cloud-assistant: wrote ${file}.\n`,
      "/export?format=ndjson&id=AXIAid",
      '{"output":"ok"}\n',
    ]);
  });

  it.each([
    ["ndjson", ""],
    ["csv", "instanceId,status\r\n"],
    ["text", ""],
  ])("says of a run that it shows no instance, as %s", async (format, body) => {
    const url = await serve((_request, response) => response.end(body));
    const words = ["--url", url, "export", "AXIAid", "--format", format];
    const errors = "cloud-assistant: The run shows no instances now.\n";
    expect(await runAt(words)).toEqual({ exitCode: 2, output: body, errors });
    const file = join(folder, `none.${format}`);
    expect(await runAt([...words, "--output", file])).toEqual({ exitCode: 2, output: "", errors });
    expect(existsSync(file)).toBe(false);
    // No run at all is what a filter may come to.
    expect(await runAt(["--url", url, "export", "--format", format])).toMatchObject({ exitCode: 0, errors: "" });
  });

  it("says what is missing, and leaves the rest", async () => {
    const file = join(folder, "most.ndjson");
    const url = await serve((_request, response) => {
      response.setHeader("x-incomplete", "ECS cn-beijing default: THROTTLED, SWAS cn-hangzhou default").end("{}\n");
    });
    expect([await runAt(["--url", url, "export", "--output", file]), readFileSync(file, "utf8")]).toEqual([
      {
        exitCode: 4,
        output: "",
        errors:
          "cloud-assistant: incomplete: ECS cn-beijing default: THROTTLED; its rows may be missing.\n" +
          "cloud-assistant: incomplete: SWAS cn-hangzhou default; its rows may be missing.\n" +
          `cloud-assistant: wrote ${file}.\n`,
      },
      "{}\n",
    ]);
  });

  describe("of outputs that the upstream does not tell", () => {
    const cells = { errorCode: null, startTime: null, finishTime: null, droppedBytes: null };
    const row = (instanceId: string, output: string | null, isOutputKnown: boolean) =>
      JSON.stringify({ instanceId, status: "SUCCESS", exitCode: 0, ...cells, output, isOutputKnown });
    const forged = 'a, "b"\r\ni-7,SUCCESS,0,,,,,,false\r\n==> i-8: SUCCESS, exit code 0, output not known\n';
    const rows = {
      ndjson: [row("i-01", null, false), row("i-02", forged, true), row("i-03", null, false), ""].join("\n"),
      csv:
        "instanceId,status,exitCode,errorCode,startTime,finishTime,droppedBytes,output,isOutputKnown\r\n" +
        `i-01,SUCCESS,0,,,,,,false\r\ni-02,SUCCESS,0,,,,,"${forged.replaceAll('"', '""')}",true\r\ni-03,SUCCESS,0,,,,,,false\r\n`,
      text:
        "==> i-01: SUCCESS, exit code 0, output not known\n" +
        `==> i-02: SUCCESS, exit code 0\n${forged}==> i-03: SUCCESS, exit code 0, output not known\n`,
    };
    const errors = ["i-01", "i-03"]
      .map(
        (id) =>
          `cloud-assistant: incomplete: ${id} (SUCCESS, exit code 0): the upstream does not tell what was printed.\n`,
      )
      .join("");

    it.each(["ndjson", "csv", "text"] as const)("says so as %s, in however small pieces it comes", async (format) => {
      const url = await serve(async ({ url: path = "" }, response) => {
        const asked = new URL(path, "http://x").searchParams.get("format") as typeof format;
        for (const byte of Buffer.from(rows[asked])) await new Promise((next) => response.write(Buffer.of(byte), next));
        response.end();
      });
      expect(await runAt(["--url", url, "export", "AXIAid", "--format", format])).toEqual({
        exitCode: 4,
        output: rows[format],
        errors,
      });
    });

    it("takes no output for a row that says so", async () => {
      const known = { ndjson: `${row("i-02", forged, true)}\n`, text: `==> i-02: SUCCESS, exit code 0\n${forged}` };
      const url = await serve(({ url: path = "" }, response) => {
        response.end(known[new URL(path, "http://x").searchParams.get("format") as "ndjson" | "text"]);
      });
      for (const format of ["ndjson", "text"]) {
        expect(await runAt(["--url", url, "export", "AXIAid", "--format", format])).toMatchObject({
          exitCode: 0,
          errors: "",
        });
      }
    });
  });

  it("says that it broke off, and leaves no half of a file", async () => {
    const url = await serve((_request, response) => {
      response.write('{"output":"ok"}\n', () => response.destroy());
    });
    const file = join(folder, "broken.ndjson");
    const inFile = await runAt(["--url", url, "export", "--output", file]);
    const inPipe = await runAt(["--url", url, "export"]);
    const message = "cloud-assistant: The export broke off: what came is not all of it. Try again.\n";
    expect([inFile.exitCode, inFile.errors, existsSync(file)]).toEqual([2, message, false]);
    expect([inPipe.exitCode, inPipe.errors]).toEqual([2, message]);
    expect(readdirSync(folder).filter((name) => name.startsWith("broken"))).toEqual([]);
  });

  it("says that the file cannot be written", async () => {
    const url = await serve((_request, response) => void response.end("x"));
    const { exitCode, errors } = await runAt(["--url", url, "export", "--output", join(folder, "none", "x")]);
    expect([
      exitCode,
      errors.startsWith("cloud-assistant: `--output`: expected a file that can be written: ENOENT"),
    ]).toEqual([2, true]);
  });

  it("shows what the gateway refuses", async () => {
    const body = { errors: [{ message: "`id`: expected a run that is known.", extensions: { code: "NOT_FOUND" } }] };
    const url = await serve((_request, response) => void response.writeHead(404).end(JSON.stringify(body)));
    expect(await runAt(["--url", url, "export", "AXIAid"])).toEqual({
      exitCode: 2,
      output: "",
      errors: "cloud-assistant: `id`: expected a run that is known. (NOT_FOUND)\n",
    });
  });

  it("lets nothing steer a terminal", async () => {
    const url = await serve((_request, response) => {
      response.write("one \u001b[2J\n tw");
      response.end("o\u0007");
    });
    const { output } = await runAt(["--url", url, "export", "--format", "text"], { isTerminal: true });
    expect(output).toBe("one \n two");
  });
});
