import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Registry } from "prom-client";
import { type Access, createAccess, describeWarnings, watchFile } from "#access";
import { type AccountSettings, type Config, describeMisspelt, readConfig } from "#config";
import type { Clock, Telemetry } from "#domain";
import {
  createLogger,
  createServer,
  createTelemetry,
  type LogDestination,
  type Logger,
  type PageOptions,
  type ServerOptions,
} from "#edge";
import { createSchema, eventIdOf, openExport, toSubgraph, useIdKeys } from "#graph";
import { type AllServices, type Collector, createSealer, createServices, type ServicesOptions } from "#services";
import type { DatabaseStore } from "#store";
import type { Upstream } from "#upstreams";
import { compareOwners, letGoOfOthers, type OwnerParts, ownerOf, warnOfUnknown } from "./account-owners.ts";
import { reloadAccounts } from "./accounts-reload.ts";
import { readAllowList } from "./allow-list.ts";
import { measureCollecting, toCollectOptions } from "./collecting/index.ts";
import { PLACEHOLDERS, readExamples } from "./examples.ts";
import { checkDatabase, forgetStored, type Keeper, openKeeper } from "./keeper.ts";
import { toolsOf } from "./mcp-tools.ts";
import { createContext, createExportContext, type SharedContext } from "./operation-context.ts";
import { type Origin, openOrigin, toEmulatorOptions } from "./origin.ts";
import { findPageFolder } from "./page-folder.ts";
import { systemClock } from "./system-clock.ts";
import { type OpenUpstreams, type OpenUpstreamsParts, openUpstreams, openUpstreamsAs } from "./upstream-access.ts";

/** The gateway, put together. */
export interface App {
  /** Listens and tells where. Rejects where the address cannot be had. */
  start(): Promise<{ readonly url: string }>;
  /** Drains: lets what is in flight end, then closes everything. */
  stop(): Promise<void>;
}

/** What differs between a process and a test. */
export interface AppSurroundings {
  readonly clock?: Clock;
  /** Where log lines go; standard output unless told otherwise. */
  readonly logDestination?: LogDestination;
  /** For how long idle connections are still answered once the gateway stops. */
  readonly noticeMs?: number;
  /** Reads the settings again when the accounts file changes. */
  readonly readConfig?: () => Config;
}

/** Puts every room together as the settings say; nothing is opened before `start`. */
export function createApp(config: Config, surroundings: AppSurroundings = {}): App {
  const { clock = systemClock, logDestination } = surroundings;
  const registry = new Registry();
  const logger = createLogger(config.logLevel, logDestination);
  const telemetry = createTelemetry({ logger, registry, clock });
  const opened: { stop(): Promise<void> }[] = [];
  const persistedDocuments = readAllowList(config.persistedDocuments);
  return {
    async start() {
      for (const one of config.misspelt) {
        telemetry.notice({ level: "warn", message: describeMisspelt(one), details: { variable: one.name } });
      }
      for (const message of config.warnings) telemetry.notice({ level: "warn", message });
      const origin = await openOrigin(config);
      opened.push(origin);
      const owners = createOwnerCheck(config, origin, { clock, telemetry });
      const keeper = await openKeeper(config, { clock, telemetry, registry, prepare: owners.letGoOfOthers });
      opened.push(keeper, owners);
      const way = { origin, replica: keeper.replica, clock, telemetry };
      const road = await openUpstreams(config, way);
      opened.push(road);
      owners.begin(road.upstreams);
      if (config.upstream === "alibaba") opened.push(watchAccounts(config, road, way, keeper, surroundings));
      useIdKeys(config.cursorKeys ?? []);
      const sealer = createSealer({ keys: cursorKeys(config, telemetry) });
      const access = openAccess(config, origin, telemetry, logger, clock);
      opened.push(access);
      const services = openServices(config, { upstreams: road.upstreams, sealer, access, keeper, telemetry, clock });
      if (services.collector !== null) opened.push(beginCollecting(services.collector, road.upstreams, registry));
      const server = createServer({
        ...serverSettings(config),
        ...(surroundings.noticeMs === undefined ? {} : { noticeMs: surroundings.noticeMs }),
        ...toAnswers(config, { services, sealer, access, telemetry, clock }),
        ...pagesOf(config, telemetry),
        access,
        persistedDocuments,
        isReady: async () =>
          (await Promise.all(origin.accounts.map(({ alias }) => road.wire.ready(alias)))).some(Boolean),
        readyRemark: keeper.remark,
        telemetry,
        logger,
        registry,
        clock,
      });
      opened.push(server);
      return server.start();
    },
    async stop() {
      const failures: unknown[] = [];
      // What cannot be closed must not keep the rest open.
      for (const part of opened.splice(0).reverse()) await part.stop().catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    },
  };
}

interface ServiceParts extends Pick<ServicesOptions, "upstreams" | "sealer" | "clock"> {
  readonly access: Access;
  readonly keeper: Keeper;
  readonly telemetry: Telemetry;
}

function openServices(config: Config, { access, keeper, telemetry, ...parts }: ServiceParts): AllServices {
  const { freshnessMs, softDeadlineMs, operationDeadlineMs, operationCallBudget } = config;
  const collect = { ...toCollectOptions(config, parts.clock, telemetry.notice), isKept: keeper.isLasting };
  return createServices({
    ...parts,
    ...(access.isRestricted ? { redactor: access.redactor } : {}),
    ...(config.collect.mode === "off" ? {} : { collect }),
    store: keeper.store,
    replica: keeper.replica,
    freshnessMs,
    softDeadlineMs,
    watch: { ...config.watch, pollDeadlineMs: operationDeadlineMs, pollCallBudget: operationCallBudget },
  });
}

/** What the server is told by settings alone. */
function serverSettings(config: Config) {
  return {
    host: config.host,
    port: config.port,
    ...(config.adminPort === null ? {} : { adminPort: config.adminPort }),
    allowedHosts: config.allowedHosts,
    drainMs: config.drainMs,
    clientLimits: config.clientLimits,
    introspection: config.introspection,
    explorer: config.explorer,
    corsOrigins: config.corsOrigins,
    operationDeadlineMs: config.operationDeadlineMs,
    operationCallBudget: config.operationCallBudget,
    maxWebSockets: config.maxWebSockets,
  };
}

/** How the server answers: the schema, what its operations are given, and the examples that show it. */
function toAnswers(
  config: Config,
  { access, clock, ...shared }: SharedContext & { readonly access: Access; readonly clock: Clock },
) {
  const guarded = createSchema({ isGuarded: access.audit !== null });
  const schema = config.federation ? toSubgraph(guarded) : guarded;
  const examples = readExamples(clock.now());
  return {
    schema,
    openExport: (parameters, step, asking) =>
      openExport(parameters, { schema, step, ...createExportContext(shared, asking) }),
    createContext: (operation, asking) => createContext(shared, operation, asking),
    eventIdOf,
    // Kept answers know neither who asks nor the audit.
    ...(access.isRestricted || access.audit !== null ? {} : { revision: shared.services.revision }),
    examples,
    placeholders: PLACEHOLDERS,
    ...(config.mcp ? { tools: toolsOf(examples) } : {}),
  } satisfies Partial<ServerOptions>;
}

/** Begins to read what nobody asked for yet. */
function beginCollecting(collector: Collector, upstreams: readonly Upstream[], registry: Registry) {
  const sources = upstreams.map(({ source }) => source);
  measureCollecting(collector, sources, registry);
  collector.start();
  return { stop: collector.stop };
}

/** What the access file governs; nothing is restricted without one. */
export function openAccess(config: Config, origin: Origin, telemetry: Telemetry, logger: Logger, clock: Clock): Access {
  const access = createAccess({
    initial: config.access,
    accounts: origin.accounts,
    auditFile: config.auditFile,
    clock,
    fetch,
    warn: (message) => telemetry.notice({ level: "warn", message }),
    logAudit: (line) => logger.info({ audit: line }, "audit"),
  });
  access.start();
  return access;
}

/** The page for people and the files of the explorer, each if it is wanted and was built. */
function pagesOf(
  { page, explorer }: Config,
  telemetry: Telemetry,
): { readonly page?: PageOptions; readonly explorerFolder?: string } {
  if (!page && explorer === "none") return {};
  const folder = findPageFolder();
  if (folder !== null) return { ...(page ? { page: { folder } } : {}), explorerFolder: join(folder, "explorer") };
  telemetry.notice({
    level: "warn",
    message: "The page for people and the explorer are not served: they are not built yet; run npm run build",
  });
  return {};
}

/** Says what the settings come to, if they can be used, and beneath it what is probably not meant. @throws SettingsError if they, or the database, cannot */
export async function checkSettings(config: Config, clock = systemClock): Promise<string> {
  readAllowList(config.persistedDocuments);
  if (config.upstream === "embedded") toEmulatorOptions(config.emulator);
  const text = await checkDatabase(config, clock);
  const { mode, quotaShare } = config.collect;
  const collecting =
    mode === "off"
      ? "COLLECT is off: what nobody asks for is not read."
      : `COLLECT=${mode}: read without being asked for, within ${quotaShare} of each action's quota.`;
  const doubts = config.access === null ? [] : describeWarnings(config.access.file, clock.now());
  const warnings = [...config.misspelt.map(describeMisspelt), ...config.warnings, ...doubts];
  return [`The settings can be used. ${text} ${collecting}`, ...warnings.map((one) => `Warning: ${one}`)].join("\n");
}

/** Deletes from the database what is kept of a run, an instance or an account; says what went. @throws SettingsError */
export function forget(config: Config, what: Parameters<typeof forgetStored>[1], clock = systemClock): Promise<string> {
  return forgetStored(config, what, clock);
}

/** Before a database is read, what it keeps of other accounts goes; that waits until upstreams can be asked. */
function createOwnerCheck(
  { operationDeadlineMs: deadlineMs }: Config,
  { accounts }: Origin,
  parts: Pick<OwnerParts, "clock" | "telemetry">,
) {
  let begin: (upstreams: OwnerParts["upstreams"]) => void = () => {};
  let abandon: (reason: Error) => void = () => {};
  const upstreams = new Promise<OwnerParts["upstreams"]>((resolve, reject) => {
    begin = resolve;
    abandon = reject;
  });
  upstreams.catch(() => {});
  return {
    begin,
    letGoOfOthers: async (database: DatabaseStore) =>
      letGoOfOthers(database, accounts, { ...parts, upstreams: await upstreams, deadlineMs }),
    // Nobody waits any longer for what was never opened, and nothing was compared.
    stop: async () => abandon(new Error("The gateway stops.")),
  };
}

/** How soon the upstream is asked again whose keys an accounts file holds now. */
const ASK_AGAIN_MS = 2_000;

function watchAccounts(
  config: Config,
  { wire, upstreams }: OpenUpstreams,
  way: OpenUpstreamsParts,
  { store }: Pick<Keeper, "store">,
  { readConfig: read = readConfig }: AppSurroundings,
): { stop(): Promise<void> } {
  const { clock, telemetry } = way;
  const deadlineMs = config.operationDeadlineMs;
  let accounts = config.accounts;
  const isOfOther = async (before: AccountSettings, account: AccountSettings, signal: AbortSignal) => {
    const [owner, now] = [ownerOf(before.credentials), ownerOf(account.credentials)];
    if (owner === null || now === null || owner === now) return false;
    const sources = upstreams.map(({ source }) => source).filter((source) => source.account === account.alias);
    const road = openUpstreamsAs(config, [account], sources, way);
    const asked = { upstreams: road.upstreams, clock, telemetry, deadlineMs };
    try {
      for (;;) {
        const verdict = await compareOwners(owner, now, account.alias, store, asked);
        if (verdict === "unknown") warnOfUnknown(account.alias, asked);
        // Until it is told, the keys before stay.
        if (verdict !== "failing") return verdict === "other";
        await clock.sleep(ASK_AGAIN_MS, signal);
        signal.throwIfAborted();
      }
    } finally {
      await road.stop();
    }
  };
  const parts = { readConfig: read, telemetry, replaceCredentials: wire.replaceCredentials };
  let latest = new AbortController();
  let reloading = Promise.resolve();
  const reload = () => {
    // A file that has changed again meanwhile says what its keys are now.
    latest.abort();
    const own = new AbortController();
    latest = own;
    reloading = reloading.then(async () => {
      accounts = await reloadAccounts(accounts, {
        ...parts,
        signal: own.signal,
        isOfOther: (before, now) => isOfOther(before, now, own.signal),
      });
    });
  };
  const path = config.accountsFile;
  const watched = path === null ? null : watchFile({ path, clock, onText: reload, onProblem: reload });
  return {
    async stop() {
      watched?.stop();
      latest.abort();
      await reloading;
    },
  };
}

function cursorKeys(config: Config, telemetry: Telemetry): readonly (string | Uint8Array)[] {
  if (config.cursorKeys !== null) return config.cursorKeys;
  if (config.upstream === "alibaba") {
    telemetry.notice({
      level: "warn",
      message: "CURSOR_KEYS is not set: cursors of this process do not work in another one, nor after a restart",
    });
  }
  return [randomBytes(32)];
}
