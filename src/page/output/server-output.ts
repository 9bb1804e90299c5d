import type { GraphQLFailure, InstanceOutputQuery } from "cloud-assistant-gateway/client";
import { gateway, salvage } from "../state/gateway.ts";

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
