import { describe, expect, it } from "@jest/globals";
import { startUpstream } from "./running-upstream.ts";
import { NOTHING } from "./stub.ts";

const A = "ace0706b2ac4454d984295a942130001";
const B = "ace0706b2ac4454d984295a942130002";
describe("SWAS servers", () => {
  it("are looked for in the whole list where one id fails the whole call", async () => {
    const end = await startUpstream("SWAS", { instances: [A, B] });
    const fault = { kind: "error", code: "InternalError" } as const;
    end.emulator.setFaults([{ action: "ListInstances", times: 1, fault }]);
    const servers = await end.upstream.readInstances([A, "unknown"], end.operation);
    expect(servers.map(({ instanceId }) => instanceId)).toEqual([A]);
    expect(end.takeCalls()).toEqual([
      `ListInstances InstanceIds=["${A}","unknown"] PageNumber=1 PageSize=100`,
      "ListInstances PageNumber=1 PageSize=100",
    ]);
    await end.close();
  });
});

describe("SWAS list of servers", () => {
  it("is asked for again after an internal error where no id could be to blame", async () => {
    const end = await startUpstream(
      "SWAS",
      { instances: [A, B] },
      {
        keys: [{ accessKeyId: "testid", accessKeySecret: "testsecret", denied: ["DescribeCommandInvocations"] }],
      },
    );
    end.emulator.setFaults([{ action: "ListInstances", times: 1, fault: { kind: "error", code: "InternalError" } }]);
    const lists = await end.upstream.openLists({}, NOTHING, end.operation);
    expect(lists.map(({ applied }) => applied.instanceId)).toEqual([A, B]);
    expect(end.takeCalls()).toEqual([
      "DescribeCommandInvocations PageNumber=1 PageSize=50",
      "ListInstances PageNumber=1 PageSize=100",
      "ListInstances PageNumber=1 PageSize=100",
    ]);
    await end.close();
  });

  it("is read in smaller pages where the upstream refuses the largest", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `ace0706b2ac4454d984295a9${42_130_000 + index}`);
    const key = { accessKeyId: "testid", accessKeySecret: "testsecret", denied: ["DescribeCommandInvocations"] };
    const end = await startUpstream("SWAS", { instances: ids }, { keys: [key] });
    const fault = { kind: "error", code: "InvalidParam.PageSize" } as const;
    end.emulator.setFaults([{ action: "ListInstances", times: 1, fault }]);
    const lists = await end.upstream.openLists({}, NOTHING, end.operation);
    expect(lists.map(({ applied }) => applied.instanceId).sort()).toEqual(ids);
    expect(end.takeCalls()).toEqual([
      "DescribeCommandInvocations PageNumber=1 PageSize=50",
      "ListInstances PageNumber=1 PageSize=100",
      "ListInstances PageNumber=1 PageSize=50",
      "ListInstances PageNumber=2 PageSize=50",
    ]);
    await end.close();
  });
});

describe("SWAS agents", () => {
  it("are told to be installed, and no more, where their attributes may not be read", async () => {
    const key = { accessKeyId: "testid", accessKeySecret: "testsecret", denied: ["DescribeCloudAssistantAttributes"] };
    const end = await startUpstream("SWAS", { instances: [{ instanceId: A, agentOnline: false }] }, { keys: [key] });
    const read = () => end.upstream.readAgentStates?.([A], end.operation);
    const agent = {
      source: end.source,
      instanceId: A,
      isReady: true,
      version: null,
      lastHeartbeatTime: null,
      lastInvokedTime: null,
      activeTaskCount: null,
    };
    expect([await read(), await read()]).toEqual([[agent], [agent]]);
    expect(end.takeCalls().map((call) => call.split(" ")[0])).toEqual([
      "DescribeCloudAssistantAttributes",
      "DescribeCloudAssistantStatus",
      "DescribeCloudAssistantStatus",
    ]);
    await end.close();
  });
});
