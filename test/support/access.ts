import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createKey } from "#access";
import type { Clock } from "#domain";
import { createWorld, type World } from "./emulator/index.ts";
import { type GatewayAnswer, startGateway, type TestGateway } from "./gateway.ts";

/** A source of the test world: what lies there bears its mark, so that it is known wherever it turns up. */
export interface MarkedSource {
  readonly mark: string;
  readonly provider: "ECS" | "SWAS";
  readonly account: string;
  readonly regionId: string;
  readonly invokeIds: readonly string[];
  readonly instanceId: string;
}

/** Three sources of two accounts. */
export const SOURCES: readonly MarkedSource[] = [
  {
    mark: "crimson",
    provider: "ECS",
    account: "production",
    regionId: "cn-hangzhou",
    invokeIds: ["t-crimson-1", "t-crimson-2"],
    instanceId: "i-crimson",
  },
  {
    mark: "violet",
    provider: "ECS",
    account: "testing",
    regionId: "cn-beijing",
    invokeIds: ["t-violet-1", "t-violet-2"],
    instanceId: "i-violet",
  },
  {
    mark: "5a5a",
    provider: "SWAS",
    account: "testing",
    regionId: "cn-shanghai",
    invokeIds: ["t-5a5a-1", "t-5a5a-2"],
    instanceId: "5a".repeat(16),
  },
];

const EVERYTHING = ["runs", "commands", "outputs"];

/** Roles by the names of the callers who have them. */
export const ROLES = {
  owner: { may: EVERYTHING, sources: [{}] },
  tester: { may: EVERYTHING, sources: [{ account: "testing" }] },
  viewer: { may: ["runs"], sources: [{}] },
  auditor: { may: EVERYTHING, sources: [{}], commandNames: ["audit-*"] },
} as const;

/** Who asks. */
export type CallerName = keyof typeof ROLES;

export const CALLERS = Object.keys(ROLES) as readonly CallerName[];

/** In every output. */
export const OUTPUT_CANARY = "canary-of-an-output";
/** In every text of a command: script, description, parameter, folder, user, launcher. */
export const COMMAND_CANARY = "canary-of-a-command";

function invocationsOf({ mark, invokeIds, instanceId }: MarkedSource) {
  return invokeIds.map((invokeId, index) => ({
    invokeId,
    commandId: `c-${mark}-${index}`,
    commandName: index === 0 ? `deploy-${mark}` : `audit-${mark}`,
    commandDescription: `${COMMAND_CANARY} ${mark}`,
    content: `echo ${COMMAND_CANARY} ${mark}`,
    parameters: { name: `${COMMAND_CANARY} ${mark}` },
    username: `${COMMAND_CANARY}-${mark}`,
    workingDir: `/${COMMAND_CANARY}/${mark}`,
    creationTime: `2026-01-02T03:0${index}:05Z`,
    instances: [
      {
        instanceId,
        status: index === 0 ? "Failed" : "Success",
        exitCode: index === 0 ? 3 : 0,
        output: `${OUTPUT_CANARY} ${mark}\npassword=hunter2 of ${mark}\n`,
        errorInfo: index === 0 ? `${OUTPUT_CANARY} ${mark}` : "",
        errorCode: index === 0 ? "ExitCodeNonzero" : "",
      },
    ],
  }));
}

/** A run of the first source that goes on and on. */
export const UNFINISHED = {
  invokeId: "t-crimson-3",
  commandName: "deploy-crimson",
  creationTime: "2026-01-01T03:04:05Z",
  instances: [{ instanceId: "i-crimson", status: "Running", startTime: "2026-01-01T03:04:06Z" }],
} as const;

/** The world behind {@link SOURCES}. */
export function createMarkedWorld(): World {
  const regionsOf = (provider: string) =>
    Object.fromEntries(
      SOURCES.filter((source) => source.provider === provider).map((source) => [
        source.regionId,
        { invocations: [...invocationsOf(source), ...(source.mark === "crimson" ? [UNFINISHED] : [])] },
      ]),
    );
  return createWorld({ ecs: regionsOf("ECS"), swas: regionsOf("SWAS") });
}

/** A gateway with an access file, and a key for each caller. */
export interface GuardedGateway extends TestGateway {
  readonly keys: Readonly<Record<CallerName, string>>;
  askAs<Data = unknown>(
    caller: CallerName,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<GatewayAnswer<Data>>;
  /** The callers' entries in the access file. */
  readonly keyLines: readonly { readonly name: string; readonly sha256: string; readonly roles: readonly string[] }[];
  /** Replaces the access file: these members over those of every test. */
  rewrite(members: Readonly<Record<string, unknown>>): void;
  /** Lines of the audit so far. */
  audit(): readonly Record<string, unknown>[];
}

const ACCOUNTS = [
  { alias: "production", ecsRegions: ["cn-hangzhou"], credentials: keyPair("testid", "testsecret") },
  {
    alias: "testing",
    ecsRegions: ["cn-beijing"],
    swasRegions: ["cn-shanghai"],
    credentials: keyPair("otherid", "othersecret"),
  },
];

function keyPair(accessKeyId: string, accessKeySecret: string) {
  return { type: "static", accessKeyId, accessKeySecret };
}

/** Starts it; `members` are put over those of its access file. */
export async function startGuardedGateway(
  members: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Record<string, string>> = {},
  clock?: Clock,
): Promise<GuardedGateway> {
  const folder = mkdtempSync(join(tmpdir(), "access-"));
  const made = CALLERS.map((name) => ({ name, ...createKey() }));
  const keys = made.map(({ name, sha256 }) => ({ name, sha256, roles: [name] }));
  const access = join(folder, "access.json");
  const rewrite = (others: Readonly<Record<string, unknown>>) =>
    writeFileSync(access, JSON.stringify({ keys, roles: ROLES, ...others }));
  rewrite(members);
  const accounts = join(folder, "accounts.json");
  const secrets = { TESTID: "testid", TESTSECRET: "testsecret", OTHERID: "otherid", OTHERSECRET: "othersecret" };
  writeFileSync(accounts, JSON.stringify({ accounts: ACCOUNTS }));
  const gateway = await startGateway({
    world: createMarkedWorld(),
    ...(clock === undefined ? {} : { clock }),
    keys: [
      { accessKeyId: "testid", accessKeySecret: "testsecret" },
      { accessKeyId: "otherid", accessKeySecret: "othersecret" },
    ],
    settings: {
      ECS_REGIONS: "",
      SWAS_REGIONS: "",
      ACCOUNTS_FILE: accounts,
      ACCESS_FILE: access,
      FRESHNESS_MS: "3600000",
      ...secrets,
      ...settings,
    },
  });
  const keyOf = Object.fromEntries(made.map(({ name, key }) => [name, key])) as Record<CallerName, string>;
  return {
    ...gateway,
    keys: keyOf,
    keyLines: keys,
    rewrite,
    audit: () =>
      gateway.logLines.flatMap((line) => {
        const { audit } = JSON.parse(line) as { readonly audit?: Record<string, unknown> };
        return audit === undefined ? [] : [audit];
      }),
    async askAs<Data>(caller: CallerName, query: string, variables: Readonly<Record<string, unknown>> = {}) {
      const response = await fetch(gateway.url, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${keyOf[caller]}` },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GatewayAnswer<Data>;
    },
    async stop() {
      await gateway.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
