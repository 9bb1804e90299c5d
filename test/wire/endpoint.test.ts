import { describe, expect, it } from "@jest/globals";
import type { Provider } from "#domain";
import { createEndpointResolver } from "../../src/wire/transport/endpoint.ts";

const source = (provider: Provider, regionId: string) => ({ provider, account: "default", regionId });

describe("the vendor's endpoints", () => {
  const resolve = createEndpointResolver(
    { ECS: null, SWAS: null },
    ({ provider, regionId }) => `https://${provider.toLowerCase()}.${regionId}.example.com`,
  );

  it("are used for what has no endpoint of its own", () => {
    const host = "ecs.cn-beijing.example.com";
    expect(resolve(source("ECS", "cn-beijing"))).toEqual({ origin: `https://${host}`, host, path: "/" });
  });

  it.each(["", "a.b", "x/y", "x@y", "X", "-x", "a:1"])("there is none for the region id %j", (regionId) => {
    expect(resolve(source("ECS", regionId))).toBeNull();
  });

  it("there is none if nobody knows them", () => {
    expect(createEndpointResolver({ ECS: null, SWAS: null })(source("ECS", "cn-beijing"))).toBeNull();
  });
});

describe("endpoints of one's own", () => {
  it("may hold the region id, a port and a path", () => {
    const resolve = createEndpointResolver({
      ECS: "https://{regionId}.example.com:8443/api/",
      SWAS: "http://[::1]:4010",
    });
    expect([resolve(source("ECS", "cn-beijing")), resolve(source("SWAS", "cn-beijing"))]).toEqual([
      { origin: "https://cn-beijing.example.com:8443", host: "cn-beijing.example.com:8443", path: "/api/" },
      { origin: "http://[::1]:4010", host: "[::1]:4010", path: "/" },
    ]);
  });

  it.each([
    ["http://example.com", "The endpoint of ECS has to be https; plain http is for loopback only"],
    ["http://127.0.0.1.example.com", "The endpoint of ECS has to be https; plain http is for loopback only"],
    ["http://{regionId}:4010", "The endpoint of ECS has to be https; plain http is for loopback only"],
    ["ftp://127.0.0.1", "The endpoint of ECS has to be https; plain http is for loopback only"],
    ["example.com", "The endpoint of ECS is no URL"],
  ])("%s is refused", (template, message) => {
    expect(() => createEndpointResolver({ ECS: template, SWAS: null })).toThrow(new RangeError(message));
  });
});
