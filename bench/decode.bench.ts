import { decodeOutput } from "#domain";

/**
 * How fast outputs become text: base64 to `decodeOutput`, against Buffer's base64 and a bare TextDecoder as the limit.
 * Both take turns on the same outputs; medians; the goal for plain UTF-8 is a ratio of at least 0.7.
 */
const OUTPUT_BYTES = 24_576;
const OUTPUTS_PER_ROUND = 200;
const ROUNDS = 41;

const SAMPLES: Readonly<Record<string, Uint8Array>> = {
  ASCII: fill("2026-01-02T03:04:05Z host-07 kernel: eth0: link is up, 1000 Mbps, full duplex\n"),
  "UTF-8, mixed": fill("2026-01-02 磁盘使用率 73% host-07 /dev/vda1 剩余 11 GB\n"),
  "UTF-8, Chinese": fill("服务已经启动成功，正在等待连接。\n"),
  GBK: fillBytes(Uint8Array.from([0xd6, 0xd0, 0xce, 0xc4, 0x20, 0x6f, 0x6b, 0x0a])),
  "UTF-8, cut": Uint8Array.from([...fill("服务已经启动成功，正在等待连接。\n"), 0xe6, 0x9c]),
};

for (const [name, sample] of Object.entries(SAMPLES)) {
  const { ours, limit } = compare(Buffer.from(sample).toString("base64"));
  const row = [
    name.padEnd(16),
    `${toSpeed(ours)} MB/s`,
    `limit ${toSpeed(limit)} MB/s`,
    `ratio ${(limit / ours).toFixed(2)}`,
  ];
  console.log(row.join("  "));
}

function compare(base64: string): { readonly ours: number; readonly limit: number } {
  const decoder = new TextDecoder();
  const times = { ours: [] as number[], limit: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.ours.push(time(() => decodeOutput(Buffer.from(base64, "base64")).text));
    times.limit.push(time(() => decoder.decode(Buffer.from(base64, "base64"))));
  }
  return { ours: median(times.ours), limit: median(times.limit) };
}

function time(decode: () => string): number {
  const started = performance.now();
  let characters = 0;
  for (let output = 0; output < OUTPUTS_PER_ROUND; output += 1) characters += decode().length;
  if (characters === 0) throw new TypeError("Nothing was decoded");
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function toSpeed(ms: number): string {
  return ((OUTPUT_BYTES * OUTPUTS_PER_ROUND) / 1e6 / (ms / 1000)).toFixed(0).padStart(5);
}

function fill(line: string): Uint8Array {
  return fillBytes(new TextEncoder().encode(line));
}

/** Whole lines only, padded with blanks, so that nothing is cut. */
function fillBytes(line: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(OUTPUT_BYTES).fill(0x20);
  for (let at = 0; at + line.length <= OUTPUT_BYTES; at += line.length) bytes.set(line, at);
  return bytes;
}
