// Starts the built gateway and the built emulator as a person would and asks them one thing each.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const QUERY = `{
  invocations(first: 20) {
    nodes {
      provider regionId invokeId status
      command { name type content }
      instanceInvocations { nodes { instanceId status exitCode result { output { text charset } } } }
    }
    sources { provider regionId ok }
  }
}`;

function start(args, environment) {
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(process.execPath, ["dist/main.js", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...inherited, ...environment },
  });
  const lines = createInterface({ input: child.stdout });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, errors }));
  });
  return { child, lines, ended };
}

async function lineMatching(lines, matches) {
  for await (const line of lines) if (matches(line)) return line;
  throw new Error("the process ended before the line came");
}

function check(condition, sentence) {
  if (!condition) throw new Error(`smoke: expected ${sentence}`);
  console.log(`smoke: ${sentence}`);
}

async function checkGateway() {
  const { child, lines, ended } = start([], { PORT: "0" });
  try {
    const { url } = JSON.parse(await lineMatching(lines, (line) => line.includes('"msg":"ready"')));
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: QUERY }),
    });
    const { data, errors } = await response.json();
    check(response.status === 200 && errors === undefined, "an answer without errors");
    const { nodes, sources } = data.invocations;
    const outputs = nodes.flatMap((node) =>
      node.instanceInvocations.nodes.map((row) => row.result?.output?.text ?? ""),
    );
    check(nodes.length === 20, "20 runs");
    check(
      outputs.some((text) => text.length > 0),
      "readable output",
    );
    check(sources.length > 1 && sources.every((source) => source.ok), "every source to be ok");
    check((await fetch(new URL("/livez", url))).status === 200, "/livez to answer 200");
  } finally {
    child.kill("SIGTERM");
  }
  check((await ended).code === 0, "exit code 0 after SIGTERM");
}

async function checkSettings() {
  const { ended } = start([], { PORT: "eighty", LOG_LEVEL: "loud" });
  const { code, errors } = await ended;
  check(
    code === 2 && errors.includes("PORT") && errors.includes("LOG_LEVEL"),
    "exit code 2 that names both bad settings",
  );
}

async function checkEmulator() {
  const { child, lines, ended } = start(["emulator", "--port", "0"], {});
  const url = (await lineMatching(lines, (line) => line.includes("http://127.0.0.1:"))).match(
    /http:\/\/127\.0\.0\.1:\d+/,
  )[0];
  const response = await fetch(`${url}/?Action=DescribeRegions&Version=2014-05-26&Format=JSON`);
  check(response.status === 400, "the emulator to refuse an unsigned call");
  child.kill("SIGTERM");
  check((await ended).code === 0, "the emulator to end with exit code 0");
}

const limit = setTimeout(() => {
  console.error("smoke: not done within 60 s");
  process.exit(1);
}, 60_000);
await checkGateway();
await checkSettings();
await checkEmulator();
clearTimeout(limit);
