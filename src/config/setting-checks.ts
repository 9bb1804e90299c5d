import { PROVIDERS, type Provider } from "#domain";
import { type AccountSettings, regionsOf } from "./accounts.ts";
import { isSlip, nearestOf } from "./misspelt.ts";
import { PRODUCTS } from "./products.ts";
import type { Variables } from "./settings.ts";

/** One sentence for each thing that is wrong between several settings, though each alone is right. */
export function checkTogether(values: Variables): readonly string[] {
  const checks = [
    checkHost,
    checkPorts,
    checkAccess,
    checkWatchIntervals,
    checkPersistedDocuments,
    checkNodeEnv,
    checkEndpoints,
  ];
  return checks.flatMap((check) => check(values) ?? []);
}

/** One sentence for each thing that is allowed and probably not meant. */
export function warnTogether(values: Variables, accounts: readonly AccountSettings[]): readonly string[] {
  return [
    warnOfKeys(values, accounts),
    warnOfInventedData(values, accounts),
    warnOfSecurityToken(values),
    warnOfDeadline(values),
    warnOfSoftDeadline(values),
    warnOfHosts(values),
    ...PROVIDERS.flatMap((provider) => warnOfProduct(provider, values, accounts)),
    ...(values.NODE_ENV === undefined || KNOWN_ENVIRONMENTS.has(values.NODE_ENV)
      ? []
      : [`NODE_ENV=${values.NODE_ENV} is none of production, development and test, and counts as development`]),
  ].filter((warning) => warning !== null);
}

const KNOWN_ENVIRONMENTS: ReadonlySet<string> = new Set(["production", "development", "test"]);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/** True if other machines can reach an address. */
function isReachable({ HOST }: Variables): boolean {
  return !LOOPBACK.test(HOST);
}

function checkHost(values: Variables): string | null {
  if (!isReachable(values) || values.ACCESS_FILE !== undefined || values.ACCESS === "open") return null;
  return (
    `HOST: expected a loopback address, since neither ACCESS_FILE is set nor ACCESS=open, got ${JSON.stringify(values.HOST)}. ` +
    "Set ACCESS_FILE to say who may see what, or ACCESS=open to let everybody see everything"
  );
}

function checkPorts({ PORT: port, ADMIN_PORT: adminPort }: Variables): string | null {
  if (adminPort !== port || port === 0) return null;
  return `ADMIN_PORT: expected another port than PORT (${port}), got the same`;
}

function checkAccess({ ACCESS, ACCESS_FILE }: Variables): string | null {
  if (ACCESS === undefined || ACCESS_FILE === undefined) return null;
  return "ACCESS: expected to be absent beside ACCESS_FILE, which says who may see what, got open";
}

function checkWatchIntervals({ WATCH_MIN_INTERVAL_MS: min, WATCH_MAX_INTERVAL_MS: max }: Variables): string | null {
  return min > max ? `WATCH_MAX_INTERVAL_MS: expected at least WATCH_MIN_INTERVAL_MS (${min}), got "${max}"` : null;
}

function checkPersistedDocuments(values: Variables): string | null {
  const { PERSISTED_DOCUMENTS: mode, PERSISTED_DOCUMENTS_FILE: file } = values;
  if (mode === undefined && file !== undefined) {
    return "PERSISTED_DOCUMENTS: expected off, log or enforce, since PERSISTED_DOCUMENTS_FILE is set; it is missing";
  }
  if (mode === undefined || mode === "off" || file !== undefined) return null;
  return "PERSISTED_DOCUMENTS_FILE: expected the path of a manifest, since PERSISTED_DOCUMENTS is on; it is missing";
}

// `prod` would leave introspection and the explorer on where somebody meant to turn them off.
function checkNodeEnv({ NODE_ENV }: Variables): string | null {
  if (NODE_ENV === undefined || KNOWN_ENVIRONMENTS.has(NODE_ENV) || !/^(pro?d|live$)/i.test(NODE_ENV)) return null;
  return `NODE_ENV: expected production, development or test, got ${JSON.stringify(NODE_ENV)}`;
}

// Who names an endpoint wants data from there, and not the embedded upstream's invented ones.
function checkEndpoints(values: Variables): string | null {
  const name = (["ECS_ENDPOINT", "SWAS_ENDPOINT"] as const).find((one) => values[one] !== undefined);
  if (name === undefined || values.UPSTREAM !== undefined || values.ACCOUNTS_FILE !== undefined) return null;
  if (values.ECS_REGIONS !== undefined || values.SWAS_REGIONS !== undefined) return null;
  return `ECS_REGIONS or SWAS_REGIONS: expected a comma list of region ids, or all, since ${name} is set; both are missing`;
}

function warnOfKeys(values: Variables, accounts: readonly AccountSettings[]): string | null {
  if (values.ALIBABA_CLOUD_ACCESS_KEY_ID === undefined || values.UPSTREAM !== undefined || accounts.length > 0)
    return null;
  return "keys of an account are set but no ECS_REGIONS or SWAS_REGIONS: the data is that of the embedded upstream, and invented";
}

function warnOfSecurityToken(values: Variables): string | null {
  if (values.ALIBABA_CLOUD_SECURITY_TOKEN === undefined || values.ALIBABA_CLOUD_ACCESS_KEY_ID !== undefined)
    return null;
  return "ALIBABA_CLOUD_SECURITY_TOKEN is set and has no effect: the key pair that it belongs to is missing";
}

function warnOfInventedData({ UPSTREAM: upstream }: Variables, accounts: readonly AccountSettings[]): string | null {
  if (upstream !== "embedded" || accounts.length === 0) return null;
  return "UPSTREAM=embedded: the data of the regions that are set is invented";
}

function warnOfDeadline({ OPERATION_DEADLINE_MS: deadline, UPSTREAM_TIMEOUT_MS: attempt }: Variables): string | null {
  if (deadline >= attempt) return null;
  return `OPERATION_DEADLINE_MS (${deadline}) is shorter than UPSTREAM_TIMEOUT_MS (${attempt}): a slow attempt is never tried again`;
}

function warnOfSoftDeadline({ OPERATION_DEADLINE_MS: deadline, SOFT_DEADLINE_MS: soft }: Variables): string | null {
  if (soft < deadline) return null;
  return `SOFT_DEADLINE_MS (${soft}) is not shorter than OPERATION_DEADLINE_MS (${deadline}): a slow source delays every list`;
}

function warnOfHosts(values: Variables): string | null {
  if (!isReachable(values) || values.ALLOWED_HOSTS !== undefined) return null;
  return "ALLOWED_HOSTS is not set: only requests for a loopback name are served, and clients of other machines use another";
}

function warnOfProduct(
  provider: Provider,
  values: Variables,
  accounts: readonly AccountSettings[],
): readonly (string | null)[] {
  const regionIds = [...new Set(accounts.flatMap((one) => regionsOf(one, provider)))];
  return [
    warnOfEndpoint(provider, values[`${provider}_ENDPOINT`], regionIds),
    ...regionIds.map((regionId) => warnOfRegion(provider, regionId)),
  ];
}

function warnOfEndpoint(provider: Provider, endpoint: string | undefined, regionIds: readonly string[]): string | null {
  if (endpoint === undefined) return null;
  if (regionIds.length === 0) {
    return `${provider}_ENDPOINT is set and no region of ${provider} is: nothing is read from there; is ${provider}_REGIONS missing?`;
  }
  // A region's endpoint answers other regions with an empty list.
  if (endpoint.includes("{regionId}") || !VENDOR_HOST.test(new URL(endpoint).hostname)) return null;
  if (regionIds.length < 2 && !regionIds.includes("all")) return null;
  return `${provider}_ENDPOINT names one region's host for several regions, and a host tells nothing of another region: put {regionId} in place of the region`;
}

// A region may be newer than this program: only a slip in a word is told, and no other number.
function warnOfRegion(provider: Provider, regionId: string): string | null {
  const known = PRODUCTS[provider].description.knownRegions;
  if (regionId === "all" || known.some((one) => withoutNumbers(one) === withoutNumbers(regionId))) return null;
  const relatives = known.filter((one) => one.split("-")[0] === regionId.split("-")[0]);
  const { setting: nearest } = nearestOf(regionId, relatives);
  return isSlip(regionId, nearest) ? `${regionId} is no region known of ${provider}: is ${nearest} meant?` : null;
}

function withoutNumbers(regionId: string): string {
  return regionId.replace(/\d+/g, "");
}

const VENDOR_HOST = /(^|\.)aliyuncs\.com$/i;
