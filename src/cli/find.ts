import type { InvocationFilter } from "../client/index.ts";
import { type Context, tell } from "./context.ts";
import { CommandError } from "./exit-code.ts";
import { formatSource, tellFailures } from "./sources.ts";

/** What narrows the search where one word names several runs. */
export type Scope = Pick<InvocationFilter, "providerIn" | "regionIdIn" | "accountIn">;

/**
 * The gateway's id of a run that a person named: by the upstream's word for it, such as `t-hz0123`, or by that id itself.
 *
 * @throws CommandError where there is none or more than one.
 */
export async function findRun(context: Context, word: string, scope: Scope): Promise<string> {
  if (!isInvokeId(word)) return word;
  const { invocations: page } = await context.client.recentRuns({ first: 10, filter: { ...scope, invokeId: word } });
  const runs = page?.nodes.filter((node) => node !== null) ?? [];
  const [run, ...others] = runs;
  if (run === undefined) {
    tellFailures(context, page?.sources ?? []);
    throw new CommandError(
      `No run ${word} is known. The upstreams keep runs for some weeks only; see 'cloud-assistant list'.`,
    );
  }
  if (others.length === 0) return run.id;
  for (const one of runs)
    tell(context, `${word} on ${formatSource(one)}, account ${one.account}, of ${one.creationTime ?? "unknown time"}`);
  throw new CommandError(`${word} names ${runs.length} runs: say which with --provider, --region or --account.`);
}

/** The run that an id names; throws a CommandError where that is gone or something else. */
export function requireRun<Node extends { readonly __typename: string }>(node: Node | null): RunOf<Node> {
  if (node === null) throw new CommandError("No such run: the upstreams keep runs for some weeks only.");
  if (!isRun(node)) throw new CommandError(`This id names no run but a thing of type ${node.__typename}.`);
  return node;
}

type RunOf<Node> = Extract<Node, { readonly __typename: "Invocation" }>;

function isRun<Node extends { readonly __typename: string }>(node: Node): node is RunOf<Node> {
  return node.__typename === "Invocation";
}

/** The upstreams' ids have a short prefix and a dash; the gateway's own have none. */
function isInvokeId(word: string): boolean {
  return /^[a-z]{1,3}-[\w*-]+$/i.test(word);
}
