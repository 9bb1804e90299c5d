import type { Emulator } from "./emulator.ts";
import type { Product } from "./http/index.ts";

/** What a person needs to use a started emulator: its URL and key, and how to point the vendor's command line and SDK at it. */
export function describeEmulator(emulator: Emulator): string {
  const { host } = new URL(emulator.url);
  const [{ accessKeyId: id, accessKeySecret: secret } = { accessKeyId: "", accessKeySecret: "" }] = emulator.keys();
  const regionIds = (product: Product) =>
    emulator.regions.filter((region) => region.product === product).map((region) => region.regionId);
  const [ecs, swas] = [regionIds("ecs"), regionIds("swas")];
  const [firstEcs = "cn-hangzhou"] = ecs;
  const [firstSwas = "cn-hangzhou"] = swas;
  const login = `--endpoint ${host} --insecure --mode AK --access-key-id ${id} --access-key-secret ${secret}`;
  const regions = (ids: readonly string[]) => ids.join(" ") || "none";
  return `The emulator answers ECS 2014-05-26 and SWAS-OPEN 2020-06-01 at ${emulator.url}

  access key id      ${id}
  access key secret  ${secret}
  ECS regions        ${regions(ecs)}
  SWAS regions       ${regions(swas)}

The vendor's command line:
  aliyun ecs DescribeInvocations --region ${firstEcs} --RegionId ${firstEcs} --MaxResults 10 \\
    ${login}
  aliyun swas-open DescribeCommandInvocations --region ${firstSwas} --RegionId ${firstSwas} \\
    --version 2020-06-01 --force ${login}

The vendor's SDK for Node.js (@alicloud/ecs20140526, @alicloud/swas-open20200601):
  new Client(new Config({ protocol: "http", endpoint: "${host}", regionId: "${firstEcs}",
    accessKeyId: "${id}", accessKeySecret: "${secret}" }))

This gateway:
  UPSTREAM=alibaba ECS_REGIONS=all SWAS_REGIONS=all ECS_ENDPOINT=${emulator.url} SWAS_ENDPOINT=${emulator.url} \\
    ALIBABA_CLOUD_ACCESS_KEY_ID=${id} ALIBABA_CLOUD_ACCESS_KEY_SECRET=${secret} npm start
`;
}
