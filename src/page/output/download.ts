import { askGateway } from "../state/gateway.ts";
import type { ServerOutput } from "./server-output.ts";

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
