import type { InstanceRecord, Product } from "./model.ts";
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
  readonly machines: Readonly<Partial<Record<Role, number>>>;
  /** Share of all runs. */
  readonly weight: number;
}

/** Every region of the generated world. */
export const REGION_PLANS: readonly RegionPlan[] = [
  {
    product: "ecs",
    regionId: "cn-hangzhou",
    localName: "华东1（杭州）",
    instanceToken: "bp1",
    runToken: "hz",
    weight: 8,
    machines: { web: 300, app: 60, db: 12, edge: 8, build: 6, win: 20 },
  },
  {
    product: "ecs",
    regionId: "cn-shanghai",
    localName: "华东2（上海）",
    instanceToken: "uf6",
    runToken: "sh",
    weight: 5,
    machines: { web: 110, app: 40, db: 8, edge: 4, win: 12 },
  },
  {
    product: "ecs",
    regionId: "cn-beijing",
    localName: "华北2（北京）",
    instanceToken: "2ze",
    runToken: "bj",
    weight: 4,
    machines: { web: 60, app: 20, db: 4, edge: 4, win: 6 },
  },
  {
    product: "ecs",
    regionId: "ap-southeast-1",
    localName: "新加坡",
    instanceToken: "t4n",
    runToken: "sg",
    weight: 3,
    machines: { web: 40, db: 4, edge: 4 },
  },
  {
    product: "ecs",
    regionId: "eu-central-1",
    localName: "德国（法兰克福）",
    instanceToken: "gw8",
    runToken: "fr",
    weight: 2,
    machines: { web: 18, db: 2, edge: 2, win: 2 },
  },
  {
    product: "swas",
    regionId: "cn-hangzhou",
    localName: "华东1（杭州）",
    instanceToken: "",
    runToken: "hz",
    weight: 4,
    machines: { web: 30, db: 6, edge: 2, win: 6 },
  },
  {
    product: "swas",
    regionId: "cn-hongkong",
    localName: "中国香港",
    instanceToken: "",
    runToken: "hk",
    weight: 3,
    machines: { web: 20, edge: 2, win: 2 },
  },
  {
    product: "swas",
    regionId: "ap-southeast-1",
    localName: "新加坡",
    instanceToken: "",
    runToken: "sg",
    weight: 2,
    machines: { web: 12, db: 2, edge: 1 },
  },
];

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
  return {
    web: machines("web"),
    app: machines("app"),
    db: machines("db"),
    edge: machines("edge"),
    build: machines("build"),
    win: machines("win"),
  };
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
