import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { parseAccountsFile } from "../../src/config/accounts.ts";

it.each(["README.md", "docs/accounts.md"])("the accounts files of %s can be used", (page) => {
  const files = [...readFileSync(page, "utf8").matchAll(/```yaml\n(accounts:[\s\S]*?)```/g)].map(
    (match) => match[1] ?? "",
  );
  const environment = { PROD_KEY_ID: "a", PROD_KEY_SECRET: "b", TESTING_KEY_ID: "c", TESTING_KEY_SECRET: "d" };
  const problems: string[] = [];
  for (const file of files) parseAccountsFile(page, () => file, environment, problems);
  expect([files.length, problems]).toEqual([1, []]);
});
