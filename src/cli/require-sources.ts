import type { Context } from "./context.ts";
import type { ScopeOptions } from "./options.ts";
import { formatSource, type Source } from "./sources.ts";
import { CommandError, toLine } from "./terminal/index.ts";

interface GivenOption {
  readonly flag: string;
  readonly words: readonly string[];
  readonly of: (source: Source) => string;
}

/** Ends the command if one of these options names what no source has, or all of them together fit none: it could only find nothing. */
export async function requireSources(context: Context, options: ScopeOptions): Promise<void> {
  const given = toGivenOptions(options);
  if (given.length === 0) return;
  const { sources } = await context.client.sources();
  if (sources === null) return;
  for (const one of given) requireKnown(one, sources);
  if (sources.some((source) => given.every(({ words, of }) => words.includes(of(source))))) return;
  const flags = given.map(({ flag }) => `\`${flag}\``).join(", ");
  throw new CommandError(
    `${flags}: expected one source to fit all, there are ${sources.map(formatSource).join(", ")}.`,
  );
}

function toGivenOptions({ provider, region, account }: ScopeOptions): readonly GivenOption[] {
  return [
    { flag: "--provider", words: provider ?? [], of: (source: Source) => source.provider },
    { flag: "--region", words: region ?? [], of: (source: Source) => source.regionId },
    { flag: "--account", words: account ?? [], of: (source: Source) => source.account },
  ].filter(({ words }) => words.length > 0);
}

function requireKnown({ flag, words, of }: GivenOption, sources: readonly Source[]): void {
  const known = new Set(sources.map(of));
  const unknown = words.find((word) => !known.has(word));
  if (unknown === undefined) return;
  const there = known.size === 0 ? "a source, and there is none" : `one of ${toLine([...known].join(", "))}`;
  throw new CommandError(`\`${flag}\`: expected ${there}, got "${toLine(unknown)}".`);
}
