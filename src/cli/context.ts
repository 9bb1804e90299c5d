import { type Client, GatewayError } from "../client/index.ts";
import { type Style, toLine } from "./style.ts";
import type { Surroundings } from "./surroundings.ts";

/** What every command works with. */
export interface Context {
  readonly client: Client;
  readonly surroundings: Surroundings;
  /** For standard output. */
  readonly style: Style;
  readonly isJson: boolean;
}

/** Writes a value for programs. */
export function writeJson({ surroundings }: Context, value: unknown): void {
  surroundings.output.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Tells people something that is no result. */
export function tell({ surroundings }: Context, message: string): void {
  surroundings.errors.write(`cloud-assistant: ${message}\n`);
}

/** Waits for an answer. Where only parts of it failed, tells which and gives the rest. */
export async function salvage<Data extends object>(context: Context, question: Promise<Data>): Promise<Data> {
  try {
    return await question;
  } catch (error) {
    if (!(error instanceof GatewayError) || !hasContent(error.data)) throw error;
    for (const { message, path } of error.failures) tell(context, `${path.join(".")}: ${toLine(message)}`);
    // What the gateway sends beside errors has the shape of its schema, where every place of a failure may be null.
    return error.data as Data;
  }
}

function hasContent(data: unknown): boolean {
  return typeof data === "object" && data !== null && Object.values(data).some((value) => value !== null);
}
