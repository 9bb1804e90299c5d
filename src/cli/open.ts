import type { Context } from "./context.ts";
import { EXIT_CODES, type ExitCode, tell } from "./terminal/index.ts";

/** Opens the page of a run, or of all runs, in the browser; writes its address if there is none, or into a pipe. */
export async function openPage(context: Context, gateway: string, id: string | null): Promise<ExitCode> {
  const { surroundings } = context;
  const url = new URL(id === null ? "/" : `/runs/${encodeURIComponent(id)}`, gateway).href;
  if (!surroundings.output.isTerminal || !(await surroundings.openBrowser(url))) surroundings.output.write(`${url}\n`);
  else tell(context, `opened ${url}`);
  return EXIT_CODES.success;
}
