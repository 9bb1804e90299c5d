import { setTimeout as wait } from "node:timers/promises";

/** Resolves once the gateway says that its database is open. Looks now and then: asking all the time would slow the opening down. */
export async function untilDatabaseIsUp(url: string): Promise<void> {
  while (!/^gateway_database_up 1$/m.test(await (await fetch(new URL("/metrics", url))).text())) await wait(50);
}
