import type { Instance, Source, UpstreamError } from "#domain";
import type { ListedServers } from "../contract/index.ts";
import type { AllItems } from "./all-pages.ts";

/** The servers of a source as a list of them told them. @param fail says that the list itself is wrong */
export function toListedServers(
  source: Source,
  { items, lack, told, failure }: AllItems<Omit<Instance, "source">>,
  fail: (flaw: string) => UpstreamError,
): ListedServers {
  const instances = items.map((shape) => ({ ...shape, source }));
  if (failure !== null) return { instances, lack: failure };
  if (told > items.length) {
    return { instances, lack: fail(`the list tells of ${told} servers and shows ${items.length || "none"}`) };
  }
  if (lack === "again")
    return { instances, lack: fail("a token of the list leads back to servers that were shown before") };
  return { instances, lack: lack === "unreadable" ? fail("a server of the list cannot be read") : null };
}
