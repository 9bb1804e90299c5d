import type { GraphQLFailure, InstanceOutputQuery } from "cloud-assistant-gateway/client";
import { askGateway, gateway, salvage } from "../state/gateway.ts";

/** Saves what the page holds of an output as a file. */
export function saveText(server: ServerOutput, text: string): void {
  save(server, new Blob([text], { type: "text/plain;charset=utf-8" }));
}

/** Saves an output that is too large for an answer, as `/export` streams it. */
export async function saveExport(server: ServerOutput): Promise<void> {
  const query = new URLSearchParams({ id: server.id, format: "text" });
  const response = await askGateway(`/export?${query}`, { headers: { "apollo-require-preflight": "1" } });
  if (response.ok) save(server, await response.blob());
}

function save({ invokeId, instanceId }: ServerOutput, contents: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(contents);
  link.download = `${invokeId}-${instanceId}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

type Node = Extract<NonNullable<InstanceOutputQuery["node"]>, { readonly __typename: "InstanceInvocation" }>;

/** A run on one server, with what it printed. */
export interface ServerOutput extends Node {
  /** Why the output is not there; null if nothing hinders it. */
  readonly refusal: GraphQLFailure | null;
}

/** Reads it anew; "gone" for an id of nothing. @throws GraphQLFailure if the gateway could not answer */
export async function readOutput(id: string, signal: AbortSignal): Promise<ServerOutput | "gone"> {
  const { data, failures } = await salvage(gateway.instanceOutput({ id }, {}, signal));
  const [failure] = failures;
  if (data.node?.__typename === "InstanceInvocation" && (data.node.result !== null || failure === undefined)) {
    const isThere = (data.node.result?.output ?? null) !== null;
    return { ...data.node, refusal: isThere ? null : (failure ?? null) };
  }
  if (failure !== undefined) throw failure;
  return "gone";
}
