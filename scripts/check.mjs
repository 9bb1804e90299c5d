// Runs every check the project has, in order of cost, and ends with how many tests passed and failed.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "check-"));
const jestReport = join(folder, "jest.json");
const bin = (name) => join("node_modules", ".bin", name);

const stages = [
  [
    ["lint", bin("biome"), ["check", "--error-on-warnings", "."]],
    ["types", bin("tsc"), ["-p", "tsconfig.json"]],
  ],
  [["types of the page", bin("tsc"), ["-p", join("src", "page", "tsconfig.json")]]],
  [
    ["walls", bin("depcruise"), ["src", "test", "--config", ".dependency-cruiser.cjs", "--output-type", "err"]],
    ["dead code", bin("knip"), []],
    ["words", bin("cspell"), ["--no-progress", "--no-summary"]],
  ],
  [["build", process.execPath, [join("scripts", "build.mjs")]]],
  [
    [
      "tests",
      process.execPath,
      [
        ...["--import", "tsx", "--import", "./test/jest/register.mjs"],
        join("node_modules", "jest", "bin", "jest.js"),
        "--json",
        `--outputFile=${jestReport}`,
      ],
    ],
  ],
  [["smoke", process.execPath, [join("scripts", "smoke.mjs")]]],
];

function run([name, command, args]) {
  return new Promise((resolve) => {
    const started = Date.now();
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
    });
    let text = "";
    child.stdout.on("data", (chunk) => {
      if (name !== "tests") text += chunk;
    });
    child.stderr.on("data", (chunk) => {
      text += chunk;
    });
    child.on("error", (error) => resolve({ name, code: 1, text: String(error), seconds: 0 }));
    child.on("close", (code) => resolve({ name, code: code ?? 1, text, seconds: (Date.now() - started) / 1000 }));
  });
}

let failedChecks = 0;
for (const stage of stages) {
  for (const { name, code, text, seconds } of await Promise.all(stage.map(run))) {
    if (code !== 0 || name === "tests" || name === "smoke")
      process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    console.log(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)`);
    if (code !== 0) failedChecks += 1;
  }
}

let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(jestReport, "utf8"));
  passed = report.numPassedTests;
  failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
} catch {
  console.log("The tests left no report.");
}
rmSync(folder, { recursive: true, force: true });
const browsers = JSON.parse(readFileSync(join("test", "clients", "browsers.json"), "utf8"));
if (!browsers.some((place) => existsSync(place)) && (process.env.CI ?? "") === "") {
  console.log(`The page and the explorers were not looked at: none of ${browsers.join(", ")} is installed.`);
}
console.log(`${failedChecks === 0 ? "All checks passed." : `${failedChecks} check(s) failed.`}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failedChecks === 0 && failed === 0 && passed > 0 ? 0 : 1);
