import { type InputError, type Invocation, PROVIDERS, type Provider, type Source } from "#domain";
import { badInput } from "../declarations/index.ts";

/** What an address of the vendor's console names, and which sources can have it. */
export interface ConsoleAddress {
  readonly invokeId: string | null;
  readonly instanceId: string | null;
  readonly sources: readonly Source[];
}

const HOST = /(^|\.)(aliyun|alibabacloud)\.com$/;
const RUN = /(?<![\w-])t-[a-z0-9]{4,40}(?![\w-])/i;
const SERVER = /(?<![\w-])(?:m?i-[a-z0-9]{4,40}|[0-9a-f]{32})(?![\w-])/i;
const REGION = /(?<![\w-])[a-z]{2}-[a-z]+(?:-[a-z0-9]+)*(?![\w-])/gi;
/** Where an address says that a word is a region, whichever are configured. */
const NAMED_REGION = /(?:[/?&#]|\b)(?:region|regionId|servers)[/=](?!m?i-)([a-z]{2}-[a-z0-9-]+)/i;
const LENGTH_MAX = 2_000;
/** A host, or else the rest of an address, that belongs to one product. An address that names none is taken for one of ECS. */
const NAMED: Readonly<Record<Provider, RegExp>> = { ECS: /^ecs/i, SWAS: /swas/i };

/**
 * The address of a run in the console, which {@link readConsoleAddress} reads; null if none is known. ECS has a page for a run. SWAS
 * has none, so it is that of the first server of the run.
 */
export function consoleAddressOf({
  source,
  invokeId,
  instances,
}: Pick<Invocation, "source" | "invokeId" | "instances">): string | null {
  const region = encodeURIComponent(source.regionId);
  const query = new URLSearchParams({ InvokeId: invokeId });
  switch (source.provider) {
    case "ECS":
      return `https://ecs.console.aliyun.com/cloud-assistant/region/${region}/result?${query}`;
    case "SWAS": {
      const [server] = instances.map(({ instanceId }) => instanceId).sort();
      if (server === undefined) return null;
      return `https://swasnext.console.aliyun.com/servers/${region}/${encodeURIComponent(server)}/dashboard?${query}`;
    }
  }
}

/**
 * Reads an address as it stands in a browser: the product by its host, region and ids wherever they stand. No source has what is in a region
 * that is not configured.
 * @throws InputError `BAD_USER_INPUT` for what is no address of the console, or names neither run nor server
 */
export function readConsoleAddress(text: string, configured: readonly Source[]): ConsoleAddress {
  const url = text.length > LENGTH_MAX || !URL.canParse(text.trim()) ? null : new URL(text.trim());
  if (url === null || !HOST.test(url.hostname)) throw refuse("an address of the vendor's console", text);
  const words = decode(`${url.pathname} ${url.search} ${url.hash}`);
  const invokeId = namedRun(url) ?? RUN.exec(words)?.[0] ?? null;
  const instanceId = SERVER.exec(words)?.[0] ?? null;
  if (invokeId === null && instanceId === null) throw refuse("an address that names a run or a server", text);
  const provider = providerOf(url.hostname, words);
  const regions = new Set(words.match(REGION)?.map((word) => word.toLowerCase()) ?? []);
  const ofProduct = configured.filter((source) => source.provider === provider);
  const named = ofProduct.filter(({ regionId }) => regions.has(regionId));
  // Words of other kinds look alike, such as languages.
  const isElsewhere = named.length === 0 && NAMED_REGION.test(words);
  return { invokeId, instanceId, sources: named.length > 0 || isElsewhere ? named : ofProduct };
}

function namedRun({ search, hash }: URL): string | null {
  const parameters = [...new URLSearchParams(search), ...new URLSearchParams(hash.replace(/^[^?]*\?/, ""))];
  const named = parameters.find(([name, value]) => /^invokeId$/i.test(name) && value.trim() !== "");
  return named?.[1].trim() ?? null;
}

function providerOf(hostname: string, words: string): Provider {
  const named = [hostname, words].flatMap((text) => PROVIDERS.find((one) => NAMED[one].test(text)) ?? []);
  return named[0] ?? "ECS";
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function refuse(expected: string, got: string): InputError {
  return badInput("by.consoleUrl", expected, JSON.stringify(got.slice(0, 60)), "by");
}
