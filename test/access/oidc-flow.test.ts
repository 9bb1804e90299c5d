import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { accessFile } from "./files.ts";
import { createTestGate, type TestGate } from "./gates.ts";
import { AUDIENCE, startProvider, type TestProvider } from "./sign-in.ts";

const roles = {
  operators: { may: ["runs", "commands", "outputs"], sources: [{}] },
  viewers: { may: ["runs"], sources: [{}] },
};

let provider: TestProvider;
let gate: TestGate;

beforeAll(async () => {
  // The provider reminds of what it needs in production.
  for (const level of ["info", "warn"] as const) jest.spyOn(console, level).mockImplementation(() => {});
  provider = await startProvider({ ann: ["operators"], bob: ["viewers", "cooks"], eve: [] });
  const oidc = [{ issuer: provider.url, audience: AUDIENCE, clientId: "page" }];
  gate = createTestGate(accessFile({ oidc, roles }), { start: Date.now() });
});
afterAll(async () => {
  jest.restoreAllMocks();
  gate.stop();
  await provider.stop();
});

describe("people who signed in at an OpenID Connect provider", () => {
  it("are known by the token that they got, with the roles that it says", async () => {
    expect(await gate.show(`Bearer ${await provider.signIn("ann")}`)).toEqual({
      id: `oidc ${provider.url} ann`,
      name: "ann",
      knownBy: "oidc",
      roles: ["operators"],
      expiresAt: expect.any(Number),
    });
    expect(await gate.show(`Bearer ${await provider.signIn("bob")}`)).toMatchObject({
      name: "bob",
      roles: ["viewers"],
    });
  });

  it("are forbidden what no role gives", async () => {
    expect(await gate.show(`Bearer ${await provider.signIn("eve")}`)).toMatchObject({ kind: "forbidden" });
  });

  it("come in with a token of the provider's next key, and no longer with one of its last", async () => {
    const old = `Bearer ${await provider.signIn("ann")}`;
    await provider.rotate();
    const next = `Bearer ${await provider.signIn("ann")}`;
    await gate.clock.advance(30_000);
    expect(await gate.show(next)).toMatchObject({ name: "ann" });
    expect(await gate.show(old)).toMatchObject({ kind: "unauthenticated" });
  });
});
