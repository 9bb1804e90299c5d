import type { Emulator } from "./emulator.ts";

/** What a person needs to use a started emulator: its URL and key, and how to point the vendor's command line and SDK at it. */
export function describeEmulator(emulator: Emulator): string {
  const { host } = new URL(emulator.url);
  const [key] = emulator.keys;
  const id = key?.accessKeyId ?? "";
  const secret = key?.accessKeySecret ?? "";
  const ecs = emulator.world.regionIds("ecs");
  const swas = emulator.world.regionIds("swas");
  const login = `--endpoint ${host} --insecure --mode AK --access-key-id ${id} --access-key-secret ${secret}`;
  const regions = (ids: readonly string[]) => ids.join(" ") || "none";
  return `The emulator answers ECS 2014-05-26 and SWAS-OPEN 2020-06-01 at ${emulator.url}

  access key id      ${id}
  access key secret  ${secret}
  ECS regions        ${regions(ecs)}
  SWAS regions       ${regions(swas)}

The vendor's command line:
  aliyun ecs DescribeInvocations --region ${ecs[0] ?? "cn-hangzhou"} --RegionId ${ecs[0] ?? "cn-hangzhou"} --MaxResults 10 \\
    ${login}
  aliyun swas-open DescribeCommandInvocations --region ${swas[0] ?? "cn-hangzhou"} --RegionId ${swas[0] ?? "cn-hangzhou"} \\
    --version 2020-06-01 --force ${login}

The vendor's SDK for Node.js (@alicloud/ecs20140526, @alicloud/swas-open20200601):
  new Client(new Config({ protocol: "http", endpoint: "${host}", regionId: "${ecs[0] ?? "cn-hangzhou"}",
    accessKeyId: "${id}", accessKeySecret: "${secret}" }))

This gateway:
  UPSTREAM=alibaba ECS_REGIONS=all SWAS_REGIONS=all ECS_ENDPOINT=${emulator.url} SWAS_ENDPOINT=${emulator.url} \\
    ALIBABA_CLOUD_ACCESS_KEY_ID=${id} ALIBABA_CLOUD_ACCESS_KEY_SECRET=${secret} npm start
`;
}
