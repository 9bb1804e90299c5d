import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const execute = promisify(execFile);
const PACKAGE = join("packages", "client");
const NAME = "cloud-assistant-client";

/** Everything that installing it brings, by the committed lock file. */
function closureOf(name: string, found: Set<string> = new Set()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const { dependencies = {}, peerDependencies = {} } = packages[`node_modules/${name}`];
  for (const other of Object.keys({ ...dependencies, ...peerDependencies })) closureOf(other, found);
  return found;
}

const CONSUMER = `
import { createClient, GatewayError, type InvocationStatus } from "${NAME}";
import { RecentRunsDocument } from "${NAME}/documents";
import { typePolicies } from "${NAME}/apollo";
import { keys } from "${NAME}/urql";
export async function statuses(): Promise<readonly InvocationStatus[]> {
  const { invocations } = await createClient({ url: "http://127.0.0.1:9/graphql" }).recentRuns({ first: 3 });
  // @ts-expect-error the schema knows no such variable
  void createClient({ url: "http://127.0.0.1:9/graphql" }).recentRuns({ frist: 3 });
  return invocations?.nodes.flatMap((run) => run?.status ?? []) ?? [];
}
export const all = [GatewayError.name, RecentRunsDocument.kind === "Document", Object.keys(typePolicies).length > 0, Object.keys(keys).length > 0];
`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "consumer-"));
  const { stdout } = await execute("npm", ["pack", "--json", "--silent", "--pack-destination", folder], {
    cwd: PACKAGE,
  });
  const [{ filename }] = JSON.parse(stdout);
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, NAME), { recursive: true });
  await execute("tar", ["-xzf", join(folder, filename), "-C", join(modules, NAME), "--strip-components=1"]);
  for (const name of closureOf("graphql-request")) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "consumer.ts"), CONSUMER);
  writeFileSync(join(folder, "consumer.cts"), CONSUMER);
});
afterAll(() => rmSync(folder, { recursive: true }));

function check(file: string, module: string, moduleResolution: string) {
  const options = ["--strict", "--skipLibCheck", "--target", "es2022", "--lib", "es2023,dom"];
  const compiler = resolve("node_modules", "typescript", "bin", "tsc");
  const words = [compiler, file, ...options, "--module", module, "--moduleResolution", moduleResolution];
  return execute(process.execPath, words, { cwd: folder }).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

describe("the package of the client", () => {
  it("brings three others, and nothing of the gateway", () => {
    const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
    const closure = Object.keys(dependencies).flatMap((name) => [...closureOf(name)]);
    expect([...new Set(closure)].sort()).toEqual(["@graphql-typed-document-node/core", "graphql", "graphql-request"]);
  });

  it.each([
    ["a bundler", "consumer.ts", "esnext", "bundler"],
    ["Node as an ECMAScript module", "consumer.ts", "nodenext", "nodenext"],
    ["Node as CommonJS", "consumer.cts", "nodenext", "nodenext"],
  ])("has types for %s", async (_for, file, module, resolution) => {
    expect(await check(file, module, resolution)).toBe("");
  });

  it("holds what caches and code generators read", () => {
    const read = (name: string) => JSON.parse(readFileSync(join(folder, "node_modules", NAME, name), "utf8"));
    const wanted = ["introspection.json", "scalars.json"];
    expect(wanted.map(read)).toEqual(wanted.map((name) => JSON.parse(readFileSync(join("schema", name), "utf8"))));
  });

  it.each(["consumer.js", "consumer.cjs"])("runs as %s", async (file) => {
    const script = `import("./${file}").then((all) => console.log(JSON.stringify(all.all)))`;
    const { stdout } = await execute(process.execPath, ["-e", script], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(["GatewayError", true, true, true]);
  });
});
