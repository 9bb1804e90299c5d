import { z } from "zod";
import type { Fault } from "#access";
import { nearestOf } from "./misspelt.ts";

/** A map that knows its keys: a key that is none of them is refused with the nearest one. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? Object.keys(shape).join(" ") : "a map"),
  });
}

/** Refuses what an inner schema refused, each place as it said. */
export function refuse(error: z.ZodError, context: z.core.$RefinementCtx): never {
  for (const issue of error.issues) context.issues.push({ ...issue, input: context.value } as z.core.$ZodRawIssue);
  return z.NEVER;
}

/** The places of a file that a schema of {@link mapping}s refuses. Each message of the schema says what it expects. */
export function toFaults(error: z.ZodError): readonly Fault[] {
  return error.issues.flatMap((issue): readonly Fault[] => {
    const place = issue.path.filter((step) => typeof step !== "symbol");
    if (issue.code !== "unrecognized_keys") return [{ place, expected: issue.message }];
    const known = issue.message.split(" ");
    return issue.keys.map((key) => ({ place: [...place, key], ...describeUnknownKey(key, known) }));
  });
}

function describeUnknownKey(key: string, known: readonly string[]): Omit<Fault, "place"> {
  const { setting, slips } = nearestOf(key, known);
  const isNear = slips <= Math.max(2, key.length / 3);
  const unknown = { expected: `one of ${known.join(", ")}`, got: "this key" };
  return isNear ? { ...unknown, hint: `Is \`${setting}\` meant?` } : unknown;
}
