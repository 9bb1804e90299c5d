import type { InstanceRecord, PrintedOutput } from "./model.ts";
import type { Random } from "./random.ts";
import { between, pick, randomText } from "./random.ts";

/** What a job prints depends on. */
export interface PrintContext {
  readonly machine: InstanceRecord;
  /** Start of the execution, epoch milliseconds. */
  readonly at: number;
  /** 0 where it went well. */
  readonly exitCode: number;
  /** The same numbers whenever the same output is made again. */
  readonly random: Random;
}

/** Makes what a job prints. */
export type Print = (context: PrintContext) => Uint8Array;

/** The vendor keeps so many bytes of an output. */
const OUTPUT_LIMIT_BYTES = 24 * 1024;

// There is no GBK encoder at hand, so these lines of a Chinese Windows come as bytes.
const GBK = {
  /** 正在检查更新... */
  checking: "1f3U2rzssum4/NDCLi4uDQo=",
  /** 正在安装更新 */
  installing: "1f3U2rCy17C4/NDC",
  /** 安装成功，需要重新启动计算机。 */
  rebootNeeded: "sLLXsLPJuaajrNDo0qrW2NDCxvS2r7zGy+O7+qGjDQo=",
  /** 错误: 拒绝访问。 */
  denied: "tO3O8zogvty++LfDzsqhow0K",
  /** 操作成功完成。 */
  done: "stnX97PJuabN6rPJoaMNCg==",
} as const;

/** Cuts an output as the agent does: head and tail stay, the middle is dropped, on any byte. */
export function cutOutput(bytes: Uint8Array): PrintedOutput {
  if (bytes.length <= OUTPUT_LIMIT_BYTES) return { bytes, dropped: 0 };
  const half = OUTPUT_LIMIT_BYTES / 2;
  const kept = Buffer.concat([bytes.subarray(0, half), bytes.subarray(bytes.length - half)]);
  return { bytes: kept, dropped: bytes.length - OUTPUT_LIMIT_BYTES };
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function lines(...texts: readonly string[]): Uint8Array {
  return Buffer.from(texts.map((text) => `${text}\n`).join(""));
}

/** A deployment with coloured log lines. */
export const printDeployment: Print = ({ machine, at, exitCode, random }) => {
  const release = `${between(random, 2, 4)}.${between(random, 0, 30)}.${between(random, 0, 9)}`;
  const image = `registry.internal/shop@sha256:${randomText(random, 12, "0123456789abcdef")}`;
  return lines(
    `\u001b[36m[${clock(at)}]\u001b[0m deploying release ${release} to ${machine.name}`,
    `\u001b[36m[${clock(at + 2_000)}]\u001b[0m pulling ${image}`,
    `\u001b[36m[${clock(at + 9_000)}]\u001b[0m migrating: ${between(random, 0, 4)} pending`,
    `\u001b[36m[${clock(at + 12_000)}]\u001b[0m restarting unit shop.service`,
    exitCode === 0
      ? `\u001b[32m✔ healthy after ${between(random, 2, 15)} s\u001b[0m`
      : "\u001b[31m✘ shop.service: main process exited, rolling back\u001b[0m",
  );
};

/** A dump of a database. */
export const printBackup: Print = ({ machine, at, exitCode, random }) => {
  const megabytes = between(random, 400, 9_000);
  const target = `oss://shop-backup/${machine.name}/${new Date(at).toISOString().slice(0, 10)}.sql.zst`;
  return lines(
    `${clock(at)} dumping 14 databases of ${machine.name}`,
    ...["orders", "users", "stock", "events"].map((name) => `${clock(at)} ${name}: ${between(random, 9, 900)} MB`),
    exitCode === 0 ? `uploaded ${megabytes} MB to ${target}` : "zstd: error 70: write error: No space left on device",
  );
};

/** Rotated logs, one line a file. */
export const printRotation: Print = ({ random, exitCode }) => {
  const files = ["nginx/access.log", "nginx/error.log", "shop/app.log", "messages"];
  const rotated = files.map((file) => `rotating /var/log/${file}: ${between(random, 1, 800)} MB -> ${file}.1.gz`);
  return lines(
    ...rotated,
    ...(exitCode === 0 ? [] : ["error: stat of /var/log/shop/app.log failed: Permission denied"]),
  );
};

/** A health check in one line of JSON; says more only when it fails. */
export const printHealth: Print = ({ machine, random, exitCode }) => {
  const status = exitCode === 0 ? "ok" : "degraded";
  const body = { host: machine.name, status, load: between(random, 0, 400) / 100, disk: `${between(random, 20, 97)}%` };
  return lines(JSON.stringify(body), ...(exitCode === 0 ? [] : ["curl: (7) Failed to connect to localhost port 8080"]));
};

/** Updates of a Chinese Windows: GBK with CRLF, as an old PowerShell prints. */
export const printWindowsUpdate: Print = ({ random, exitCode }) => {
  const part = (name: keyof typeof GBK) => Buffer.from(GBK[name], "base64");
  const packages = Array.from({ length: between(random, 1, 4) }, () => `KB50${between(random, 10_000, 59_999)}`);
  const installed = packages.map((name) => Buffer.concat([part("installing"), Buffer.from(` ${name}\r\n`)]));
  const ends: Readonly<Record<number, keyof typeof GBK>> = { 0: "done", 3010: "rebootNeeded" };
  return Buffer.concat([part("checking"), ...installed, part(ends[exitCode] ?? "denied")]);
};

/** Services of a Windows whose console speaks UTF-8, with CRLF. */
export const printServices: Print = ({ random }) => {
  const rows = ["W3SVC", "MSSQLSERVER", "Spooler", "AliyunService", "WinRM"].map((name) => {
    const state = random() < 0.85 ? "Running 正在运行" : "Stopped 已停止";
    return `${name.padEnd(16)} ${state}\r\n`;
  });
  return Buffer.from(`服务名称         状态\r\n${rows.join("")}`);
};

/** A renewed certificate. */
export const printCertificate: Print = ({ at, exitCode, random }) => {
  const until = new Date(at + 90 * 86_400_000).toISOString().slice(0, 10);
  const site = pick(random, ["shop.example.com", "api.example.com", "img.example.com"]);
  return exitCode === 0
    ? lines(`Renewing ${site}`, "Waiting for verification...", `Certificate is valid until ${until}`, "nginx: reloaded")
    : lines(
        `Renewing ${site}`,
        "Certbot failed to authenticate some domains (authenticator: webroot)",
        "Some challenges have failed.",
      );
};

/** A long diagnosis with Chinese words in it, far over the limit, so that a cut may fall inside a character. */
export const printDiagnosis: Print = ({ machine, at, random }) => {
  const head = `${clock(at)} ${machine.name} 诊断`;
  const rows = Array.from({ length: between(random, 500, 1_400) }, (_, i) => {
    const part = pick(random, ["磁盘", "网络", "内存", "进程"]);
    return `${head} +${i * 10}ms ${part} ok ${Math.floor(random() * 1e12)}`;
  });
  return lines(...rows);
};

/** A patched kernel. */
export const printPatch: Print = ({ machine, exitCode }) =>
  exitCode === 0
    ? lines("Loaded plugins: fastestmirror", "Updated: kernel.x86_64 5.10.134-18.al8", "Complete!")
    : lines(
        "Loaded plugins: fastestmirror",
        `Error: Package: kernel-tools (updates) on ${machine.name}`,
        "You could try using --skip-broken",
      );

/** A tidied disk, said twice: on standard output and, with a NUL byte from a careless tool, on standard error. */
export const printCleanup: Print = ({ random }) =>
  lines(
    `freed ${between(random, 1, 90)} GB`,
    `\u0000find: '/proc/${between(random, 100, 9_999)}': No such file or directory`,
  );

/** Nothing at all, as many scripts do. */
export const printNothing: Print = () => new Uint8Array();

/** What runs inside a container. */
export const printContainer: Print = ({ random, exitCode }) =>
  exitCode === 0
    ? lines(`job ${randomText(random, 6)} done`, `rows: ${between(random, 10, 90_000)}`)
    : lines("Traceback (most recent call last):", '  File "job.py", line 42, in <module>', "KeyError: 'sku'");
