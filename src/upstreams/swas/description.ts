import type { ProductDescription } from "../contract/index.ts";

/**
 * Simple Application Server, API version 2020-06-01. Quotas as the vendor publishes them, careful ones for actions without a
 * figure; regions as its API metadata lists them (2026-11).
 */
export const description: ProductDescription = {
  provider: "SWAS",
  version: "2020-06-01",
  // Not the `swas-open.aliyuncs.com` of the vendor's SDK: no such name exists.
  endpointOf: (regionId) => `https://swas.${regionId}.aliyuncs.com`,
  callsPerMinute: 100,
  actions: {
    DescribeCommandInvocations: { callsPerMinute: 10 },
    DescribeInvocations: {},
    DescribeInvocationResult: {},
    ListInstances: { callsPerMinute: 10 },
    DescribeCloudAssistantStatus: {},
    DescribeCloudAssistantAttributes: {},
    ListRegions: {},
  },
  permissionPrefix: "swas-open",
  knownRegions: [
    "cn-qingdao",
    "cn-beijing",
    "cn-zhangjiakou",
    "cn-huhehaote",
    "cn-wulanchabu",
    "cn-hangzhou",
    "cn-shanghai",
    "cn-nanjing",
    "cn-fuzhou",
    "cn-shenzhen",
    "cn-heyuan",
    "cn-guangzhou",
    "cn-chengdu",
    "cn-wuhan-lr",
    "cn-hongkong",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-southeast-1",
    "ap-southeast-3",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "us-east-1",
    "us-west-1",
    "eu-west-1",
    "eu-central-1",
    "me-central-1",
  ],
};
