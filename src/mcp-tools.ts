import { readFileSync } from "node:fs";
import type { ExampleOperation, ToolOptions } from "#edge";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The packaged operations as tools, of this version of the program. */
export function toolsOf(operations: readonly ExampleOperation[]): ToolOptions {
  return { version, documents: operations.map(({ document }) => document) };
}
