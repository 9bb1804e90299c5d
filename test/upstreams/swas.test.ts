import { describe } from "@jest/globals";
import { describeUpstream } from "./conformance.ts";

describe("SWAS keeps the contract of an upstream", () => {
  describeUpstream({
    provider: "SWAS",
    instanceId: (number) => `ace0706b2ac4454d984295a94213${String(number).padStart(4, "0")}`,
    runExtras: {},
    instanceExtras: {},
    resultExtras: {},
    agentExtras: { version: "2.2.3.939", lastHeartbeatTime: null, lastInvokedTime: null, activeTaskCount: 0 },
    droppedBytes: null,
    listModes: [{ name: "in pages", drift: {}, mode: "page" }],
    calls: {
      byInstance: "DescribeCommandInvocations InstanceId={} PageNumber=1 PageSize=50",
      byStatus: "DescribeCommandInvocations InvocationStatus=Success PageNumber=1 PageSize=50",
      run: (invokeId) => `DescribeCommandInvocations InvokeId=${invokeId}`,
      unknownRun: (invokeId) => [`DescribeCommandInvocations InvokeId=${invokeId}`],
      runWithOutput: (invokeId) => `DescribeCommandInvocations InvokeId=${invokeId}`,
      results: (invokeId) => [`DescribeCommandInvocations InvokeId=${invokeId}`],
      servers: (ids) => `ListInstances InstanceIds=${JSON.stringify(ids)} PageNumber=1 PageSize=100`,
    },
  });
});
