import type { CompareOutputsQuery } from "cloud-assistant-gateway/client";
import { readAnsi } from "../text/ansi.ts";

type RunNode = Extract<NonNullable<CompareOutputsQuery["node"]>, { readonly __typename: "Invocation" }>;
/** Servers that printed the same, or alike. */
export type Group = NonNullable<RunNode["outputGroups"]>[number] & { readonly text: string };

/** The groups as a reader wants them: what most printed, what others printed, and who printed nothing. */
export interface LaidGroups {
  /** The largest group that printed something, which the others are compared with; null if nobody did. */
  readonly most: Group | null;
  readonly others: readonly Group[];
  readonly silent: readonly Group[];
}

/** Reads the text of each group as it looks on a terminal, and lays the groups out; `groups` come largest first. */
export function layGroups(groups: NonNullable<RunNode["outputGroups"]>): LaidGroups {
  const read = groups.map((group) => ({ ...group, text: readAnsi(group.output?.text ?? "").text }));
  const [most = null, ...others] = read.filter(({ text }) => text.trim() !== "");
  return { most, others, silent: read.filter(({ text }) => text.trim() === "") };
}

/** What people call a server: its name, else its id. */
export function nameOf(server: {
  readonly instanceId: string;
  readonly instance: { readonly name: string | null } | null;
}): string {
  return server.instance?.name ?? server.instanceId;
}
