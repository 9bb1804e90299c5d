import { createBench, NOTHING, readFixture, refusal } from "./stub.ts";

const FIRST_PAGE = { pageNumber: 1, pageSize: 50 };

/** The first page of a list whose answer is a sample; with SWAS per instance where one is named. */
export async function readSampleList(provider: "ECS" | "SWAS", fixture: string, instanceId?: string) {
  const bench = createBench(provider, (action) => {
    if (action === "DescribeCommandInvocations") throw noPermission();
    return readFixture(fixture);
  });
  const query = instanceId === undefined ? {} : { instanceId };
  const [list] = await bench.upstream.openLists(query, NOTHING, bench.operation);
  const window = await list?.read(FIRST_PAGE, bench.operation);
  return { bench, window };
}

/** What an account meets that may not use an action. */
export function noPermission() {
  return refusal("FORBIDDEN", "NoPermission", 403);
}
