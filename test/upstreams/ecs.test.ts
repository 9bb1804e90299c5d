import { describe } from "@jest/globals";
import { describeUpstream } from "./conformance.ts";

describe("ECS keeps the contract of an upstream", () => {
  describeUpstream({
    provider: "ECS",
    instanceId: (number) => `i-bp1test${String(number).padStart(4, "0")}`,
    runExtras: { timed: false, repeatMode: "Once", terminationMode: "Process" },
    instanceExtras: { updateTime: "2026-01-02T03:00:03.000Z" },
    resultExtras: { repeats: 1 },
    agentExtras: { version: "2.2.3.939", lastHeartbeatTime: null, lastInvokedTime: null, activeTaskCount: 0 },
    droppedBytes: 0,
    listModes: [
      { name: "by tokens", drift: {}, mode: "token" },
      { name: "by tokens, page numbers being ignored", drift: { pages: "ignored" }, mode: "token" },
      { name: "by tokens, page numbers being refused", drift: { pages: "refused" }, mode: "token" },
      { name: "in pages, tokens being unknown", drift: { pages: "only" }, mode: "page" },
    ],
    calls: {
      byInstance: "DescribeInvocations ContentEncoding=Base64 InstanceId={} MaxResults=50 PageNumber=1 PageSize=50",
      byStatus:
        "DescribeInvocations ContentEncoding=Base64 InvokeStatus=Success MaxResults=50 PageNumber=1 PageSize=50",
      run: (invokeId) => `DescribeInvocations ContentEncoding=Base64 InvokeId=${invokeId}`,
      unknownRun: (invokeId) => [
        `DescribeInvocations ContentEncoding=Base64 InvokeId=${invokeId}`,
        "DescribeInvocations ContentEncoding=Base64 MaxResults=1 PageNumber=1 PageSize=1 Timed=true",
      ],
      runWithOutput: (invokeId) => `DescribeInvocations ContentEncoding=Base64 IncludeOutput=true InvokeId=${invokeId}`,
      results: (invokeId) => [
        `DescribeInvocationResults ContentEncoding=Base64 InvokeId=${invokeId} MaxResults=50 PageNumber=1 PageSize=50`,
      ],
      servers: (ids) => `DescribeInstances InstanceIds=${JSON.stringify(ids)} MaxResults=100 PageNumber=1 PageSize=100`,
    },
  });
});
