import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { PROVIDERS } from "#domain";
import { PRODUCTS } from "../../src/config/products.ts";

/** Actions that the files of an adapter name, apart from its description. */
function actionsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && name !== "description.ts");
  const texts = files.map((name) => readFileSync(`${folder}/${name}`, "utf8"));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/"((?:Describe|List)[A-Z]\w+)"/g)].map(([, name]) => name ?? ""),
  );
  return [...new Set(named)].sort();
}

describe("the description of a product", () => {
  it.each([
    ["ECS", "cn-beijing", "https://ecs.cn-beijing.aliyuncs.com"],
    ["ECS", "ap-southeast-1", "https://ecs.ap-southeast-1.aliyuncs.com"],
    ["ECS", "cn-hangzhou", "https://ecs-cn-hangzhou.aliyuncs.com"],
    ["ECS", "cn-shenzhen-finance-1", "https://ecs-cn-hangzhou.aliyuncs.com"],
    ["ECS", "cn-hangzhou-finance", "https://ecs.aliyuncs.com"],
    ["ECS", "cn-north-2-gov-1", "https://ecs.aliyuncs.com"],
    ["SWAS", "cn-hangzhou", "https://swas.cn-hangzhou.aliyuncs.com"],
    ["SWAS", "ap-southeast-1", "https://swas.ap-southeast-1.aliyuncs.com"],
  ] as const)("%s %s is at %s", (provider, regionId, url) => {
    expect(PRODUCTS[provider].description.endpointOf(regionId)).toBe(url);
  });

  it.each(PROVIDERS)("of %s names itself and just the actions that its adapter calls", (provider) => {
    const { description } = PRODUCTS[provider];
    expect([description.provider, Object.keys(description.actions).sort()]).toEqual([
      provider,
      actionsIn(`src/upstreams/${provider.toLowerCase()}`),
    ]);
  });
});
