import { describe, expect, it } from "@jest/globals";
import { createVerifier, type WireRequest } from "../../src/emulator/http/index.ts";

interface Vector {
  readonly name: string;
  readonly method: string;
  readonly query: string;
  readonly date: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: { readonly accessKeyId: string; readonly accessKeySecret: string; readonly securityToken?: string };
  readonly signature: string;
}

const TESTID = { accessKeyId: "testid", accessKeySecret: "testsecret" };
const GOLDEN_DATE = "2026-01-02T03:04:05Z";
const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function acs3(host: string, action: string, version: string, nonce: string, date = GOLDEN_DATE) {
  return {
    host,
    "x-acs-action": action,
    "x-acs-version": version,
    "x-acs-date": date,
    "x-acs-signature-nonce": nonce,
    "x-acs-content-sha256": EMPTY_HASH,
  };
}

const VECTORS: readonly Vector[] = [
  {
    name: "the vendor's page on V3 signatures",
    method: "POST",
    query: "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
    date: "2023-10-26T10:22:32Z",
    headers: acs3(
      "ecs.cn-shanghai.aliyuncs.com",
      "RunInstances",
      "2014-05-26",
      "3156853299f313e23d1673dc12e1703d",
      "2023-10-26T10:22:32Z",
    ),
    key: { accessKeyId: "YourAccessKeyId", accessKeySecret: "YourAccessKeySecret" },
    signature: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  {
    name: "the results of one run",
    method: "POST",
    query: "ContentEncoding=Base64&InvokeId=t-hz0jdfwd9f0001&MaxResults=50&RegionId=cn-hangzhou",
    date: GOLDEN_DATE,
    headers: acs3("ecs-cn-hangzhou.aliyuncs.com", "DescribeInvocationResults", "2014-05-26", "nonce-1"),
    signature: "5f5b5b2039a3ddf237f1432d9c2487fbc8ea9d63d83c80fff88ebd8046a35bc9",
  },
  {
    name: "a temporary key",
    method: "GET",
    query: "InstanceId=ace0706b2ac4454d984295a942130001&InvokeId=t-bj02prjhw1n0001&RegionId=ap-southeast-1",
    date: GOLDEN_DATE,
    headers: {
      ...acs3("swas.ap-southeast-1.aliyuncs.com", "DescribeInvocationResult", "2020-06-01", "nonce-2"),
      "x-acs-security-token": "sts-token-1",
      "x-acs-accesskey-id": "testid",
    },
    key: { ...TESTID, securityToken: "sts-token-1" },
    signature: "85c7b77665f263d616b14f96971b3c2bdb144fa2249de28885876c0c392ef72b",
  },
  {
    name: "characters that need encoding, with a raw asterisk on the wire",
    method: "POST",
    query:
      "CommandName=a%20b*c~d%2Fe!'()%2B%3D%25%26&NextToken=AAAA%2B%2F%3D%3D&RegionId=cn-beijing&Tag.1.Key=%E7%8E%AF%E5%A2%83&Tag.1.Value=",
    date: GOLDEN_DATE,
    headers: acs3("ecs.cn-beijing.aliyuncs.com", "DescribeInvocations", "2014-05-26", "nonce-3"),
    signature: "d02ce6e35bacb033d9776613a84c635506d0bce5c9715eeec627596e12e9092c",
  },
  {
    name: "a JSON array as one parameter",
    method: "POST",
    query: "InstanceIds=%5B%222ad1ae67295445f598017499dc000001%22%5D&PageNumber=1&PageSize=100&RegionId=cn-hangzhou",
    date: GOLDEN_DATE,
    headers: acs3("swas.cn-hangzhou.aliyuncs.com", "ListInstances", "2020-06-01", "nonce-4"),
    signature: "a39816cc53e646e38866de4ce8e63dcd48b5bf745a5d787dc283306e5c057b7b",
  },
  {
    name: "the vendor's page on ECS request signatures",
    method: "GET",
    query:
      "Action=DescribeRegions&Version=2014-05-26&Format=XML&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Timestamp=2016-02-23T12%3A46%3A24Z",
    date: "2016-02-23T12:46:24Z",
    signature: "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
  },
  {
    name: "the vendor's page on the RPC mechanism",
    method: "GET",
    query:
      "Action=DescribeDedicatedHosts&RegionId=cn-beijing&Version=2014-05-26&Format=JSON&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=edb2b34af0af9a6d14deaf7c1a5315eb&Timestamp=2023-03-13T08%3A34%3A30Z",
    date: "2023-03-13T08:34:30Z",
    signature: "9NaGiOspFP5UPcwX8Iwt2YJXXuk=",
  },
  {
    name: "the results of one run, V1",
    method: "GET",
    query:
      "Action=DescribeInvocationResults&Version=2014-05-26&Format=JSON&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=nonce-1&Timestamp=2026-01-02T03%3A04%3A05Z&RegionId=cn-hangzhou&InvokeId=t-hz0jdfwd9f0001",
    date: GOLDEN_DATE,
    signature: "xv0lK4ip3al1hhsk+c5nZOCa/FQ=",
  },
  {
    name: "a temporary key, V1",
    method: "POST",
    query:
      "Action=DescribeInvocations&Version=2020-06-01&Format=JSON&SecurityToken=sts-token-1&AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=nonce-2&Timestamp=2026-01-02T03%3A04%3A05Z&RegionId=cn-hangzhou&InstanceId=3a658ca270df4df39f22e289b3380001&InvokeStatus=Finished&PageNumber=1&PageSize=50",
    date: GOLDEN_DATE,
    key: { ...TESTID, securityToken: "sts-token-1" },
    signature: "HUk+kRxHUmvp6z00WESYD6a+WEY=",
  },
];

function toRequest({ method, query, headers, signature, key = TESTID }: Vector): WireRequest {
  const body = Buffer.alloc(0);
  const form = new Map<string, string>();
  if (headers === undefined) {
    return {
      method,
      path: "/",
      headers: {},
      query: new Map([...new URLSearchParams(query), ["Signature", signature]]),
      form,
      body,
    };
  }
  const names = Object.keys(headers).sort().join(";");
  const authorization = `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${names},Signature=${signature}`;
  return {
    method,
    path: "/",
    headers: { ...headers, authorization },
    query: new Map(new URLSearchParams(query)),
    form,
    body,
  };
}

describe("known signatures", () => {
  it.each(VECTORS)("holds for $name", (vector) => {
    const key = vector.key ?? TESTID;
    const verify = createVerifier(
      () => [key],
      () => Date.parse(vector.date),
    );
    expect(verify(toRequest(vector))).toEqual(key);
  });

  it.each(VECTORS)("fails for $name with one parameter more", (vector) => {
    const verify = createVerifier(
      () => [vector.key ?? TESTID],
      () => Date.parse(vector.date),
    );
    const request = toRequest({ ...vector, query: `${vector.query}&More=1` });
    expect(() => verify(request)).toThrow("Specified signature is not matched with our calculation");
  });
});
