import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { LEAK, type Rig, startRig } from "./rig.ts";

const KEYS = {
  accessKeyId: "canary-first-id",
  accessKeySecret: "canary-first-secret",
  securityToken: "canary-first-token",
};
const NEWER = {
  accessKeyId: "canary-newer-id",
  accessKeySecret: "canary-newer-secret",
  securityToken: "canary-newer-token",
};

/** Where the vendor's credential chain looks, so that it finds nothing but what this test gives it. */
const CHAIN = {
  HOME: tmpdir(),
  ALIBABA_CLOUD_CLI_PROFILE_DISABLED: "true",
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
  ALIBABA_CLOUD_CREDENTIALS_FILE: "/nonexistent",
};

let present = KEYS;
let reads = 0;
const before = { ...process.env };
const server = createServer((_request, response) => {
  reads += 1;
  const { accessKeyId, accessKeySecret, securityToken } = present;
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  response.end(
    JSON.stringify({
      Code: "Success",
      AccessKeyId: accessKeyId,
      AccessKeySecret: accessKeySecret,
      SecurityToken: securityToken,
      Expiration,
    }),
  );
});

beforeEach(async () => {
  present = KEYS;
  reads = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  Object.assign(process.env, CHAIN, { ALIBABA_CLOUD_CREDENTIALS_URI: uri });
});

afterEach(async () => {
  for (const name of [...Object.keys(CHAIN), "ALIBABA_CLOUD_CREDENTIALS_URI"]) delete process.env[name];
  Object.assign(process.env, before);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

/** Keys come from the vendor's chain instead of the settings. */
const start = (): Promise<Rig> =>
  startRig({
    keys: [KEYS],
    settings: {
      SWAS_REGIONS: "",
      ALIBABA_CLOUD_ACCESS_KEY_ID: "",
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: "",
      ALIBABA_CLOUD_SECURITY_TOKEN: "",
    },
  });

interface Page {
  readonly data: {
    readonly invocations: { readonly nodes: readonly { invokeId: string }[]; readonly pageInfo: { endCursor: string } };
  };
  readonly extensions: { readonly cost: { readonly calls: number } };
}

/** One run with its output, which costs a call for each page. */
async function page(rig: Rig, after: string | null) {
  const query = `{ invocations(first: 1, after: ${JSON.stringify(after)}) { 
    nodes { invokeId instanceInvocations { nodes { result { output { text } } } } } pageInfo { endCursor } } }`;
  const { body } = await rig.ask(query);
  const { data, extensions } = body as Page;
  return {
    rows: data.invocations.nodes.map(({ invokeId }) => invokeId),
    endCursor: data.invocations.pageInfo.endCursor,
    calls: extensions.cost.calls,
  };
}

describe("keys that change in the middle of a walk", () => {
  it.each([
    ["rotated: the old ones are unknown at once", undefined],
    ["temporary: the token has expired", 1],
  ])("%s, and cost one retry", async (_name, tokenExpiresAt) => {
    const rig = await start();
    const first = await page(rig, null);
    present = NEWER;
    rig.emulator.setKeys([NEWER, ...(tokenExpiresAt === undefined ? [] : [{ ...KEYS, tokenExpiresAt }])]);
    const second = await page(rig, first.endCursor);
    const third = await page(rig, null);
    expect([first.rows, second.rows, third.rows]).toEqual([["t-ecs2"], ["t-ecs1"], ["t-ecs2"]]);
    expect([first.calls, second.calls, third.calls, reads]).toEqual([2, 2, 0, 2]);
    expect([...rig.log, await rig.read("/metrics")].filter((line) => LEAK.test(line))).toEqual([]);
  });
});
