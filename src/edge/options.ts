import type { ClientLimits, EdgeAccess } from "./admission/index.ts";
import type { DocumentOptions } from "./documents/index.ts";
import type { ExplorerOptions } from "./explorers/index.ts";
import type { ExportOptions } from "./export-route.ts";
import type { LiveOptions } from "./live/index.ts";
import type { MachineOptions } from "./machine-pages.ts";
import type { ToolOptions } from "./mcp/index.ts";
import type { PageOptions } from "./page.ts";

/** Everything a server is made of: what each room is told, and where it listens. */
export interface ServerOptions
  extends DocumentOptions,
    Omit<LiveOptions, "execute">,
    ExportOptions,
    ExplorerOptions,
    MachineOptions {
  /**
   * Another number after every change of what was read. If given, answers are kept as long as nothing changes, and serve all who ask
   * the same: so only if everybody may see the same.
   */
  readonly revision?: () => number;
  /** Who may come in, how much they may use, what is written down; everybody, everything and nothing if absent. */
  readonly access?: EdgeAccess;
  /** What one client may do; the limits' own defaults if absent. */
  readonly clientLimits?: ClientLimits;
  /** `compiled` turns documents that come again into functions; `reference` is the GraphQL library's own executor. */
  readonly executor?: "compiled" | "reference";
  /** What is offered at /mcp; there is no such address if absent. */
  readonly tools?: ToolOptions;
  /** The page for people; none if absent. */
  readonly page?: PageOptions;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Port of /livez, /readyz and /metrics, which are then no longer on `port`; 0 takes a free one. */
  readonly adminPort?: number;
  /** Names that `Host` may have besides those of this machine; none if absent. */
  readonly allowedHosts?: readonly string[];
  /** Milliseconds for which /readyz says 503 before new connections are refused; 0 if absent. */
  readonly drainMs?: number;
  /** For how long idle connections are still answered after that; see `ListenerParts`. */
  readonly noticeMs?: number;
}
