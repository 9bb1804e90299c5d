/** A client that asks for as much as it can, from an address of its own, in a process of its own: its work must not be taken for the server's. */

import { Agent } from "node:http";
import { ask } from "./victim.ts";

/** What it is to send, and how often at once. */
export interface Greed {
  readonly url: string;
  readonly atOnce: number;
  readonly query: string;
}

const agent = new Agent({ keepAlive: true, localAddress: "127.0.0.2" });
let isOver = true;

process.on("message", async (greed: Greed | "stop") => {
  isOver = true;
  if (greed === "stop") return;
  isOver = false;
  let answers = 0;
  const one = async () => {
    for (; !isOver; answers += 1) await ask(agent, greed.url, greed.query);
  };
  await Promise.all(Array.from({ length: greed.atOnce }, one));
  process.send?.(answers);
});
process.send?.("ready");
