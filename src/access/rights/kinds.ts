/** What a right gives: that runs exist and how they ended, what they executed, what they printed. */
export type Kind = "runs" | "commands" | "outputs";

/** Every kind, the most harmless first. */
export const KINDS: readonly Kind[] = ["runs", "commands", "outputs"];

/** Which kinds a caller has at some place. Without `runs` there is no other. */
export type Kinds = Readonly<Record<Kind, boolean>>;

/** No right. */
export const NO_KINDS: Kinds = Object.freeze({ runs: false, commands: false, outputs: false });

/** Every right. */
export const ALL_KINDS: Kinds = Object.freeze({ runs: true, commands: true, outputs: true });

/** The union of what several roles give; nothing if none of them gives `runs`, since the rest hangs on a run. */
export function joinKinds(given: Iterable<Kind>): Kinds {
  const kinds = new Set(given);
  if (!kinds.has("runs")) return NO_KINDS;
  return Object.freeze({ runs: true, commands: kinds.has("commands"), outputs: kinds.has("outputs") });
}
