/** A gateway in a process of its own that tells what it holds and how long it worked. Its settings are its environment. */
import { readFileSync } from "node:fs";
import { createApp } from "#app";
import { readConfig } from "#config";

const PASSES = 3;

process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
process.on("message", async (asked) => {
  if (asked === "settle") for (let pass = 0; pass < PASSES; pass += 1) globalThis.gc?.();
  process.send?.({
    bytes: residentBytes(),
    workedMs: process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000,
  });
});

const { url } = await createApp(readConfig(process.env)).start();
process.send?.(url);

function residentBytes(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1_024;
}
