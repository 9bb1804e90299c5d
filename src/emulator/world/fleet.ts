import type { Product } from "../http/index.ts";
import type { InstanceRecord } from "./model.ts";
import { createRandom, hash, pick, randomText } from "./random.ts";

/** What a machine is there for; jobs choose their machines by it. */
export type Role = "web" | "app" | "db" | "edge" | "build" | "win";

/** A region of the generated world. */
export interface RegionPlan {
  readonly product: Product;
  readonly regionId: string;
  readonly localName: string;
  /** What instance ids (ECS) and ids of runs begin with here. */
  readonly instanceToken: string;
  readonly runToken: string;
  /** Share of all runs. */
  readonly weight: number;
  readonly machines: Readonly<Partial<Record<Role, number>>>;
}

type Row = readonly [Product, string, localName: string, string, string, weight: number, RegionPlan["machines"]];

const ROWS: readonly Row[] = [
  ["ecs", "cn-hangzhou", "华东1（杭州）", "bp1", "hz", 8, { web: 300, app: 60, db: 12, edge: 8, build: 6, win: 20 }],
  ["ecs", "cn-shanghai", "华东2（上海）", "uf6", "sh", 5, { web: 110, app: 40, db: 8, edge: 4, win: 12 }],
  ["ecs", "cn-beijing", "华北2（北京）", "2ze", "bj", 4, { web: 60, app: 20, db: 4, edge: 4, win: 6 }],
  ["ecs", "ap-southeast-1", "新加坡", "t4n", "sg", 3, { web: 40, db: 4, edge: 4 }],
  ["ecs", "eu-central-1", "德国（法兰克福）", "gw8", "fr", 2, { web: 18, db: 2, edge: 2, win: 2 }],
  ["swas", "cn-hangzhou", "华东1（杭州）", "", "hz", 4, { web: 30, db: 6, edge: 2, win: 6 }],
  ["swas", "cn-hongkong", "中国香港", "", "hk", 3, { web: 20, edge: 2, win: 2 }],
  ["swas", "ap-southeast-1", "新加坡", "", "sg", 2, { web: 12, db: 2, edge: 1 }],
];

/** Every region of the generated world. */
export const REGION_PLANS: readonly RegionPlan[] = ROWS.map(
  ([product, regionId, localName, instanceToken, runToken, weight, machines]) => ({
    product,
    regionId,
    localName,
    instanceToken,
    runToken,
    weight,
    machines,
  }),
);

/** The machines of a region, by what they are there for. */
export type Fleet = Readonly<Record<Role, readonly InstanceRecord[]>>;

const ROLES: readonly Role[] = ["web", "app", "db", "edge", "build", "win"];
const LINUX = [
  "Alibaba Cloud Linux 3.2104 LTS 64-bit",
  "Ubuntu 22.04 64-bit",
  "CentOS 7.9 64-bit",
  "Debian 12.5 64-bit",
];
const WINDOWS = ["Windows Server 2019 Datacenter 64-bit", "Windows Server 2022 Datacenter 64-bit"];
const DAY = 86_400_000;

/** Makes the machines of a region; the same for the same seed, older than any run. */
export function createFleet(plan: RegionPlan, seed: number, now: number): Fleet {
  const random = createRandom(hash(seed, plan.product, plan.regionId));
  const machines = (role: Role) =>
    Array.from({ length: plan.machines[role] ?? 0 }, (_, index) => createMachine(plan, role, index, random, now));
  return Object.fromEntries(ROLES.map((role) => [role, machines(role)])) as Record<Role, InstanceRecord[]>;
}

function createMachine(plan: RegionPlan, role: Role, index: number, random: () => number, now: number): InstanceRecord {
  const isWindows = role === "win";
  const isSwas = plan.product === "swas";
  const number = String(index + 1).padStart(3, "0");
  return {
    instanceId: isSwas
      ? randomText(random, 32, "0123456789abcdef")
      : `i-${plan.instanceToken}${randomText(random, 17)}`,
    name: `${role}-${plan.runToken}-${number}`,
    osType: isWindows ? "windows" : "linux",
    osName: pick(random, isWindows ? WINDOWS : LINUX),
    status: random() < 0.02 ? "Stopped" : "Running",
    privateIpAddress: `172.${16 + ROLES.indexOf(role)}.${Math.floor(index / 200)}.${(index % 200) + 10}`,
    publicIpAddress: isSwas || role === "edge" ? `203.0.113.${(index % 250) + 1}` : "",
    creationTime: now - Math.floor((30 + random() * 600) * DAY),
    tags: [
      { key: "role", value: role },
      { key: "env", value: role === "build" ? "staging" : "prod" },
    ],
    agentOnline: random() > 0.03,
  };
}
