import { createClient } from "../client/index.ts";
import type { Context } from "./context.ts";
import { createGateway } from "./gateway.ts";
import type { CommonOptions } from "./options.ts";
import type { Surroundings } from "./terminal/index.ts";
import { createStyle } from "./terminal/index.ts";

/** What a command works with, as the options say. @throws TypeError if `--url` is no http or https address */
export function createContext(options: CommonOptions, surroundings: Surroundings): Context {
  const { json = false, color, fields = null, template = null } = options;
  const hasColours = color && surroundings.output.isTerminal && !surroundings.environment.NO_COLOR;
  const gateway = createGateway(options, surroundings);
  return {
    client: createClient({ url: gateway.url, fetch: gateway.fetch }),
    gateway,
    surroundings,
    style: createStyle(hasColours),
    hasColours,
    isJson: json || template !== null,
    fields,
    template,
    report: { isIncomplete: false },
  };
}
