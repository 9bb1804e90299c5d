import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createClient, type GatewayError } from "cloud-assistant-gateway/client";

import { createApp } from "#app";
import { readConfig } from "#config";
import { SOURCE } from "../cli/rig.ts";
import { startGateway, type TestGateway } from "../support/gateway.ts";
import { world } from "./world.ts";

const MANIFEST = "src/client/generated/documents/persisted-documents.json";
const documents = JSON.parse(readFileSync(MANIFEST, "utf8")) as Readonly<Record<string, string>>;

describe("the generated manifest as the list of what may be asked", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    const settings = { PERSISTED_DOCUMENTS: "enforce", PERSISTED_DOCUMENTS_FILE: MANIFEST };
    gateway = await startGateway({ world, settings });
  });
  afterAll(() => gateway.stop());

  const post = async (body: object): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    return (await fetch(gateway.url, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };

  it("lets a frontend send only the id of a document", async () => {
    const documentId = Object.keys(documents).find((id) => documents[id]?.startsWith("query sources"));
    expect(await post({ documentId })).toMatchObject({ data: { sources: [SOURCE] } });
  });

  it("lets the client for tools ask as always", async () => {
    const { invocations } = await createClient({ url: gateway.url }).recentRuns({ first: 1 });
    expect(invocations?.nodes.map((run) => run?.invokeId)).toEqual(["t-00"]);
  });

  it("tells a client whose documents are not on it what to do", async () => {
    const older: typeof fetch = async (url, init) => {
      const body = JSON.parse(String(init?.body)) as { readonly query: string };
      return fetch(url, { ...init, body: JSON.stringify({ ...body, query: body.query.replace("rawStatus", "") }) });
    };
    const failure = await createClient({ url: gateway.url, fetch: older })
      .recentRuns()
      .catch((error: GatewayError) => error);
    expect(failure).toMatchObject({
      kind: "VERSION_MISMATCH",
      message: `The gateway at ${gateway.url} does not accept this client's question (This document is not on the allow list. Add it to the manifest that the gateway reads, and send its documentId). Use a client and a gateway of the same version.`,
    });
  });
});

it.each([
  ["is not there", "nowhere.json", ' "nowhere.json" (ENOENT)'],
  ["is something else", "LICENSE", ' "LICENSE"'],
])("a manifest that %s is named at the start", (_name, file, got) => {
  const config = readConfig({ PORT: "0", PERSISTED_DOCUMENTS: "log", PERSISTED_DOCUMENTS_FILE: file });
  expect(() => createApp(config)).toThrow(
    `PERSISTED_DOCUMENTS_FILE: expected an object of texts by hash, as GraphQL code generator writes it, or Apollo's format, got${got}`,
  );
});
