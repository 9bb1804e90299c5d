import type { Product } from "../http/index.ts";
import type { Role } from "./fleet.ts";
import type { RunSettings } from "./model.ts";
import * as prints from "./prints.ts";

/** How much of a job there is, and how it goes. */
interface Load {
  /** Least and most machines of one run. */
  readonly machines: readonly [number, number];
  readonly durationMs: readonly [number, number];
  /** Of each machine; runs on over a hundred machines fail on one to three instead. */
  readonly failureRate: number;
  /** How often among all jobs. */
  readonly weight: number;
}

/** A kind of run that people start again and again. */
export interface Job {
  readonly name: string;
  /** Empty unless told otherwise. */
  readonly description?: string;
  /** `RunShellScript` unless told otherwise. */
  readonly type?: "RunBatScript" | "RunPowerShellScript";
  readonly content: string;
  readonly roles: readonly Role[];
  readonly load: Load;
  /** Exit codes of failures that the script itself reports; 1 unless told otherwise. */
  readonly exitCodes?: readonly number[];
  readonly print: prints.Print;
  /** Whether its output may be over the vendor's limit. */
  readonly isLong?: boolean;
  readonly settings?: Partial<RunSettings>;
  /** Where it runs; both unless told otherwise. */
  readonly products?: readonly Product[];
}

const SHOP = [{ key: "team", value: "shop" }];
const OPS = [{ key: "team", value: "ops" }];

/** Every job of the generated world. */
export const JOBS: readonly Job[] = [
  {
    name: "deploy-shop",
    description: "Rolls out a release of the shop",
    content: "#!/bin/bash\nset -euo pipefail\n/opt/deploy/bin/rollout --release {{release}}\n",
    roles: ["web", "app"],
    load: { machines: [2, 12], durationMs: [20_000, 90_000], failureRate: 0.03, weight: 16 },
    exitCodes: [1, 2, 137],
    print: prints.printDeployment,
    settings: {
      parameters: { release: "3.14.2" },
      username: "deploy",
      workingDir: "/opt/deploy",
      timeout: 300,
      tags: SHOP,
    },
  },
  {
    name: "backup-databases",
    description: "Dumps every database and uploads it",
    content: "#!/bin/sh\nexec /usr/local/bin/dump-all --compress zstd --to oss://shop-backup\n",
    roles: ["db"],
    load: { machines: [1, 3], durationMs: [60_000, 400_000], failureRate: 0.12, weight: 8 },
    exitCodes: [70, 1],
    print: prints.printBackup,
    settings: {
      timeout: 3_600,
      ossOutputDelivery: "oss://shop-logs/backup",
      resourceGroupId: "rg-acfmxazb4ph****",
      tags: OPS,
    },
  },
  {
    name: "rotate-logs",
    content: "logrotate -f /etc/logrotate.conf\n",
    roles: ["web", "app", "edge"],
    load: { machines: [3, 20], durationMs: [1_000, 4_000], failureRate: 0.01, weight: 14 },
    print: prints.printRotation,
    settings: { tags: OPS },
  },
  {
    name: "health-check",
    description: "Asks the local health endpoint",
    content: "curl -fsS localhost:8080/health\n",
    roles: ["web", "app", "edge", "db"],
    load: { machines: [1, 6], durationMs: [300, 2_500], failureRate: 0.08, weight: 24 },
    exitCodes: [7, 22, 28],
    print: prints.printHealth,
  },
  {
    name: "windows-update",
    description: "安装系统更新",
    type: "RunPowerShellScript",
    content: "Install-WindowsUpdate -AcceptAll -IgnoreReboot\r\n",
    roles: ["win"],
    load: { machines: [1, 4], durationMs: [90_000, 600_000], failureRate: 0.25, weight: 7 },
    exitCodes: [3010, 5, -1, 4_294_967_295],
    print: prints.printWindowsUpdate,
    settings: {
      username: "Administrator",
      workingDir: "C:\\Windows\\system32",
      timeout: 3_600,
      terminationMode: "ProcessTree",
    },
  },
  {
    name: "list-services",
    type: "RunBatScript",
    content: "chcp 65001 >NUL\r\nsc query state= all\r\n",
    roles: ["win"],
    load: { machines: [1, 3], durationMs: [1_000, 6_000], failureRate: 0.04, weight: 4 },
    print: prints.printServices,
    settings: { username: "Administrator", workingDir: "C:\\Windows\\system32" },
  },
  {
    name: "renew-certificates",
    description: "Renews certificates that end within a month",
    content: "certbot renew --webroot -w /var/www && systemctl reload nginx\n",
    roles: ["edge"],
    load: { machines: [1, 2], durationMs: [5_000, 25_000], failureRate: 0.15, weight: 6 },
    print: prints.printCertificate,
    settings: { tags: OPS },
  },
  {
    name: "collect-diagnostics",
    description: "收集诊断信息",
    content: "/usr/local/share/diagnose.sh --all\n",
    roles: ["web", "app", "db"],
    load: { machines: [1, 2], durationMs: [8_000, 60_000], failureRate: 0.02, weight: 4 },
    print: prints.printDiagnosis,
    isLong: true,
    settings: { timeout: 120 },
  },
  {
    name: "patch-kernel",
    description: "Security fixes for the whole fleet",
    content: "yum -y update kernel\n",
    roles: ["web"],
    load: { machines: [100, 300], durationMs: [30_000, 180_000], failureRate: 0.01, weight: 0.4 },
    print: prints.printPatch,
    products: ["ecs"],
    settings: { timeout: 1_800, tags: [...OPS, { key: "change", value: "CHG-2041" }] },
  },
  {
    name: "clean-disk",
    content: "find /var/tmp -mtime +7 -delete; journalctl --vacuum-size=200M\n",
    roles: ["web", "build", "app"],
    load: { machines: [1, 5], durationMs: [2_000, 30_000], failureRate: 0.03, weight: 8 },
    print: prints.printCleanup,
  },
  {
    name: "sync-time",
    content: "chronyc makestep >/dev/null\n",
    roles: ["web", "app", "db", "edge", "build"],
    load: { machines: [1, 8], durationMs: [300, 1_500], failureRate: 0.02, weight: 6 },
    print: prints.printNothing,
  },
  {
    name: "rebuild-index",
    description: "Runs inside the worker's container",
    content: "import job; job.main()\n",
    roles: ["app"],
    load: { machines: [1, 4], durationMs: [10_000, 120_000], failureRate: 0.1, weight: 5 },
    print: prints.printContainer,
    products: ["ecs"],
    settings: {
      containerId: "containerd://a1bfb42a0ba8a2fdaa5ba0f0a6a4d5d1c0e2f3b4",
      containerName: "shop-worker",
      launcher: 'python3 -u {{ACS::ScriptFileName|Ext(".py")}}',
      terminationMode: "ProcessTree",
      timeout: 600,
    },
  },
];
