import { CommandError } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";

/** Lets a person pick one of these lines by its number. Resolves to its place from 0, or null if nobody can be asked. */
export async function pick(
  { surroundings }: { readonly surroundings: Surroundings },
  question: string,
  lines: readonly string[],
): Promise<number | null> {
  if (!surroundings.canAsk) return null;
  const width = String(lines.length).length;
  for (const [at, line] of lines.entries()) {
    surroundings.errors.write(`${String(at + 1).padStart(width)}  ${line}\n`);
  }
  for (;;) {
    const answer = await surroundings.ask(`${question} (1 to ${lines.length})? `);
    if (answer === null) throw new CommandError("Nothing was picked.");
    const number = /^\d+$/.test(answer.trim()) ? Number(answer) : 0;
    if (number >= 1 && number <= lines.length) return number - 1;
  }
}
