import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { AUDIENCE, startProvider, type TestProvider } from "../access/sign-in.ts";
import { type GuardedGateway, startGuardedGateway } from "../support/access.ts";
import { type RunOptions, runAt } from "./rig.ts";

let provider: TestProvider;
let gateway: GuardedGateway;
let homeFolder: string;
beforeAll(async () => {
  // The provider reminds of what it needs in production.
  for (const level of ["info", "warn"] as const) jest.spyOn(console, level).mockImplementation(() => {});
  provider = await startProvider({ ann: ["owner"], eve: [] });
  const oidc = [{ issuer: provider.url, audience: AUDIENCE, algorithms: ["ES256"], clientId: "cli" }];
  gateway = await startGuardedGateway({ oidc });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await gateway.stop();
  await provider.stop();
});
beforeEach(() => {
  homeFolder = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(homeFolder, { recursive: true }));

const YEAR_MS = 365 * 86_400_000;
const command = (words: readonly string[], options: RunOptions = {}) =>
  runAt(["--url", gateway.url, ...words], { homeFolder, ...options });

/** Signs in as this person, who enters the code while the command waits. */
async function signIn(account: string) {
  let isApproved = false;
  return command(["login"], {
    async whileAsleep({ errors }) {
      if (isApproved) return;
      isApproved = true;
      await provider.approve(/the code ([\w-]+)/.exec(errors)?.[1] ?? "", account);
    },
  });
}

function folderOf(): string {
  return join(homeFolder, ".config", "cloud-assistant");
}

describe("a person who signs in on the command line", () => {
  it("is known to later commands, by a file that is hers alone", async () => {
    const before = await command(["list"]);
    const signedIn = await signIn("ann");
    const after = await command(["list", "--limit", "1", "--json=invokeId"]);
    const [name = ""] = readdirSync(folderOf());
    expect([before.exitCode, before.errors]).toEqual([
      2,
      `cloud-assistant: ${gateway.url} wants a credential (401): sign in by 'cloud-assistant login', or give --token or CLOUD_ASSISTANT_TOKEN.\n`,
    ]);
    expect([signedIn.exitCode, signedIn.output]).toEqual([0, ""]);
    expect(signedIn.errors).toMatch(
      /^cloud-assistant: open http:\S+\/device and enter the code [A-Z]{4}-[A-Z]{4}\ncloud-assistant: signed in at http:\S+\.\n$/,
    );
    expect([JSON.parse(after.output).length, after.exitCode]).toEqual([1, 0]);
    expect([statSync(join(folderOf(), name)).mode & 0o777, statSync(folderOf()).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("stays signed in when the token has ended, also in several commands at once", async () => {
    await signIn("ann");
    const all = await Promise.all([1, 2, 3].map(() => command(["list", "--limit", "1"], { laterMs: YEAR_MS })));
    expect(all.map(({ exitCode, errors }) => [exitCode, errors.includes("401")])).toEqual(
      [1, 2, 3].map(() => [0, false]),
    );
    expect(readdirSync(folderOf()).length).toBe(1);
  });

  it("signs out, here and at the issuer", async () => {
    await signIn("ann");
    const out = await command(["logout"]);
    const again = await command(["logout"]);
    const list = await command(["list"]);
    expect([out.errors, again.errors, list.errors.includes("wants a credential"), readdirSync(folderOf())]).toEqual([
      "cloud-assistant: signed out.\n",
      "cloud-assistant: nobody was signed in.\n",
      true,
      [],
    ]);
  });

  it("is told that she is known but may see nothing", async () => {
    await signIn("eve");
    const { exitCode, errors } = await command(["list"]);
    expect([exitCode, errors]).toEqual([
      2,
      `cloud-assistant: ${gateway.url} refused the call (403). You are known, but no role of the access file is yours.\n`,
    ]);
  });

  it.each([
    [["--token", "x"], {}, "--token"],
    [[], { CLOUD_ASSISTANT_TOKEN: "x" }, "CLOUD_ASSISTANT_TOKEN"],
    [["--header", "authorization: Bearer x"], {}, "--header"],
  ])("comes in by %j and %j instead, and is told which of them was refused", async (words, environment, origin) => {
    await signIn("ann");
    const { exitCode, errors } = await command([...words, "list"], { environment });
    expect([exitCode, errors]).toEqual([
      2,
      `cloud-assistant: ${gateway.url} refused ${origin} (401): it may be wrong, or have ended.\n`,
    ]);
  });

  // The gateway goes on with the issuer's old keys for a while, so nobody signs in behind this.
  it("is told to sign in again when the issuer has taken it back", async () => {
    await signIn("ann");
    await provider.rotate();
    const { exitCode, errors } = await command(["list"], { laterMs: YEAR_MS });
    expect([exitCode, errors]).toEqual([
      2,
      `cloud-assistant: The sign-in at ${provider.url} has ended. Sign in again by 'cloud-assistant login'.\n`,
    ]);
  });
});
