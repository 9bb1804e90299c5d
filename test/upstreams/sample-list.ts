import { createBench, NOTHING, readFixture, refusal } from "./stub.ts";

/** The first page of a list whose answer is a sample; with SWAS per instance where one is named. */
export async function readSampleList(provider: "ECS" | "SWAS", fixture: string, instanceId?: string) {
  const bench = createBench(provider, (action) => {
    if (action === "DescribeCommandInvocations") throw noPermission();
    return readFixture(fixture);
  });
  const query = instanceId === undefined ? {} : { instanceId };
  const [list] = await bench.upstream.openLists(query, NOTHING, bench.operation);
  return { bench, page: await list?.read(null, bench.operation) };
}

/** What an account meets that may not use an action. */
export function noPermission() {
  return refusal("FORBIDDEN", "NoPermission", 403);
}
