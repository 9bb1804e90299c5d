import type { Operation, Telemetry } from "#domain";
import type { Asking } from "#edge";
import { createKindGuard, type ExportParts, type GraphContext } from "#graph";
import { createLoaders } from "#loaders";
import { type AllServices, type Sealer, type Services, withAnswerLife } from "#services";

/** What all operations share. */
export interface SharedContext {
  readonly services: AllServices;
  readonly sealer: Sealer;
  readonly telemetry: Telemetry;
}

/** What resolvers get for one operation, cut to what its caller may see. */
export function createContext(
  { services: all, sealer, telemetry }: SharedContext,
  operation: Operation,
  { caller, audit, lastEventId }: Asking,
): GraphContext {
  const { view } = caller;
  const services = withAnswerLife(servicesFor(all, caller), operation);
  return {
    services,
    sealer,
    operation,
    caller,
    view,
    guard: createKindGuard(view, audit),
    lastEventId: lastEventId ?? null,
    loaders: createLoaders(services, telemetry, operation),
  };
}

/** What an export is read with, cut to what its caller may see. */
export function createExportContext(
  { services }: SharedContext,
  { caller, audit }: Asking,
): Pick<ExportParts, "services" | "guard"> {
  return { services: servicesFor(services, caller), guard: createKindGuard(caller.view, audit) };
}

function servicesFor(all: AllServices, { knownBy, view }: Asking["caller"]): Services {
  return knownBy === "open" ? all : all.forView(view);
}
