import { describe, expect, it } from "@jest/globals";
import { toCanonicalQuery } from "../../src/wire/sign/parameters.ts";
import { authorize, createSignedHeaders, hashCanonicalRequest } from "../../src/wire/sign/sign.ts";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const TEST_KEY = { accessKeyId: "testid", accessKeySecret: "testsecret", securityToken: null };

/** The vendor's vector of "V3 request structure and signature", and vectors of an independent implementation. */
const VECTORS = [
  {
    name: "the vendor's own, RunInstances",
    method: "POST",
    credential: { accessKeyId: "YourAccessKeyId", accessKeySecret: "YourAccessKeySecret", securityToken: null },
    headers: {
      host: "ecs.cn-shanghai.aliyuncs.com",
      "x-acs-action": "RunInstances",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2023-10-26T10:22:32Z",
      "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
      "x-acs-version": "2014-05-26",
    },
    parameters: {
      RegionId: "cn-shanghai",
      ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    },
    hash: "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
    signature: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  {
    name: "results of one run",
    method: "POST",
    credential: TEST_KEY,
    headers: {
      host: "ecs-cn-hangzhou.aliyuncs.com",
      "x-acs-action": "DescribeInvocationResults",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "nonce-1",
      "x-acs-version": "2014-05-26",
    },
    parameters: { RegionId: "cn-hangzhou", MaxResults: 50, InvokeId: "t-hz0jdfwd9f0001", ContentEncoding: "Base64" },
    hash: "a5a498f7bd2e64ef04d2b64e21509ca58d345d275f1cccdfa2e5aa6b9f197afe",
    signature: "5f5b5b2039a3ddf237f1432d9c2487fbc8ea9d63d83c80fff88ebd8046a35bc9",
  },
  {
    name: "a GET with temporary keys",
    method: "GET",
    credential: { ...TEST_KEY, securityToken: "sts-token-1" },
    headers: {
      host: "swas.ap-southeast-1.aliyuncs.com",
      "x-acs-accesskey-id": "testid",
      "x-acs-action": "DescribeInvocationResult",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-security-token": "sts-token-1",
      "x-acs-signature-nonce": "nonce-2",
      "x-acs-version": "2020-06-01",
    },
    parameters: {
      RegionId: "ap-southeast-1",
      InstanceId: "ace0706b2ac4454d984295a942130001",
      InvokeId: "t-bj02prjhw1n0001",
    },
    hash: "caa6aa75977fbea0d9ea96745a6caaa1c4a10b7bdf6a437b8e69eec2a0748a22",
    signature: "85c7b77665f263d616b14f96971b3c2bdb144fa2249de28885876c0c392ef72b",
  },
  {
    name: "reserved characters, Chinese keys and an empty value",
    method: "POST",
    credential: TEST_KEY,
    headers: {
      host: "ecs.cn-beijing.aliyuncs.com",
      "x-acs-action": "DescribeInvocations",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "nonce-3",
      "x-acs-version": "2014-05-26",
    },
    parameters: {
      CommandName: "a b*c~d/e!'()+=%&",
      NextToken: "AAAA+/==",
      RegionId: "cn-beijing",
      Tag: [{ Key: "环境", Value: "" }],
    },
    hash: "5e704bdf02f7ac1bba4e99e86e8594fd72c0fb8487d234ca745e83e9e8a54d10",
    signature: "d02ce6e35bacb033d9776613a84c635506d0bce5c9715eeec627596e12e9092c",
  },
  {
    name: "a list as JSON text",
    method: "POST",
    credential: TEST_KEY,
    headers: {
      host: "swas.cn-hangzhou.aliyuncs.com",
      "x-acs-action": "ListInstances",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "nonce-4",
      "x-acs-version": "2020-06-01",
    },
    parameters: {
      InstanceIds: '["2ad1ae67295445f598017499dc000001"]',
      PageNumber: 1,
      PageSize: 100,
      RegionId: "cn-hangzhou",
    },
    hash: "2ec32b191d878bd3e1a96bbb78980cdd1781cf5ad371ad318f02dd40336e9158",
    signature: "a39816cc53e646e38866de4ce8e63dcd48b5bf745a5d787dc283306e5c057b7b",
  },
] as const;

describe("ACS3-HMAC-SHA256", () => {
  it.each(VECTORS)("signs $name as the vector says", ({ method, credential, headers, parameters, hash, signature }) => {
    const request = { method, path: "/", query: toCanonicalQuery(parameters), headers, payloadHash: EMPTY };
    expect({ hash: hashCanonicalRequest(request), authorization: authorize(request, credential) }).toEqual({
      hash,
      authorization: `ACS3-HMAC-SHA256 Credential=${credential.accessKeyId},SignedHeaders=${Object.keys(headers).join(";")},Signature=${signature}`,
    });
  });

  it("signs the vector of the vendor's library, whose payload is not empty", () => {
    const request = {
      method: "",
      path: "",
      query: toCanonicalQuery({ test: "ok", empty: "" }),
      headers: { "x-acs-test": "http,https" },
      payloadHash: "55e12e91650d2fec56ec74e1d3e4ddbfce2ef3a65890c2a19ecf88a307e76a23",
    };
    expect(authorize(request, { accessKeyId: "acesskey", accessKeySecret: "secret", securityToken: null })).toBe(
      "ACS3-HMAC-SHA256 Credential=acesskey,SignedHeaders=x-acs-test,Signature=12235d088f795ddabff95342904e1d7d605e7653687bcf8c263714ef713ca2d2",
    );
  });

  const call = {
    host: "ecs-cn-hangzhou.aliyuncs.com",
    path: "/",
    query: "ContentEncoding=Base64&InvokeId=t-hz0jdfwd9f0001&MaxResults=50&RegionId=cn-hangzhou",
    action: "DescribeInvocationResults",
    version: "2014-05-26",
    dateMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    nonce: "nonce-1",
  };

  it("makes the headers of a call, its date without milliseconds", () => {
    expect(createSignedHeaders(call, TEST_KEY)).toEqual({
      host: "ecs-cn-hangzhou.aliyuncs.com",
      "x-acs-action": "DescribeInvocationResults",
      "x-acs-content-sha256": EMPTY,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "nonce-1",
      "x-acs-version": "2014-05-26",
      authorization:
        "ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=5f5b5b2039a3ddf237f1432d9c2487fbc8ea9d63d83c80fff88ebd8046a35bc9",
    });
  });

  it("adds and signs the token of temporary keys", () => {
    const headers = createSignedHeaders(call, { ...TEST_KEY, securityToken: "sts-token-1" });
    expect([headers["x-acs-security-token"], headers["x-acs-accesskey-id"]]).toEqual(["sts-token-1", "testid"]);
    expect(headers.authorization).toContain(
      "SignedHeaders=host;x-acs-accesskey-id;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;x-acs-version",
    );
  });
});
