import { it } from "@jest/globals";
import { ordered, startRig, walk } from "/work/wt/heart/test/contract/rig.ts";
import { createPlace, manyRuns } from "/work/wt/heart/test/contract/world.ts";
it("x", async () => {
  const places = { "ECS/cn-hangzhou": createPlace(manyRuns(107, "t-h", { perSecond: 9 }), {ties: "shuffled"}) };
  const rig = await startRig(places);
  const expected = ordered(places);
  for (let n = 0; n < 8; n++) {
  const before = rig.far.calls.length;
  const pages = await walk(rig, { size: 20 });
  const ids = pages.flatMap((p) => p.ids);
  const miss = expected.filter((id) => !ids.includes(id));
  console.log(ids.length, expected.length, miss.map((m)=>expected.indexOf(m)), rig.far.calls.slice(before).map((c) => [c.asked.get("PageNumber"), c.asked.get("PageSize"), c.asked.get("NextToken")].join("/")).join(" "));
  await new Promise((r) => setTimeout(r, 500));
  }
  await rig.stop();
});
