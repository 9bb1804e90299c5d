import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ecsResult, ecsRun, inHabit, legacy, swasInstanceRun, swasResult, swasRun } from "./bodies.ts";
import { createRandom, type Execution, type Habits, listOf, type Place, type Run } from "./world.ts";

/** One call as it came in. */
export interface FarCall {
  readonly product: "ECS" | "SWAS";
  readonly action: string;
  readonly regionId: string;
  readonly accessKeyId: string;
  readonly asked: URLSearchParams;
}

/** An answer in place of the right one; `cut` closes the connection instead. */
export type FarFault =
  | {
      readonly status: number;
      readonly body: string | object;
      readonly contentType?: string;
      readonly headers?: object;
    }
  | "cut"
  | "silent";

/** Worlds by `ECS/cn-hangzhou`, or by `<access key id>/ECS/cn-hangzhou` where accounts differ. */
export type Places = Readonly<Record<string, Place>>;

/** An upstream that is not the product's own: it knows the two APIs from the vendor's documents alone. */
export interface RunningUpstream {
  readonly url: string;
  readonly calls: FarCall[];
  /** Called before each answer; may change the world, or give a fault. */
  interfere: (call: FarCall, number: number) => FarFault | null;
  /** May change any answer on its way out. */
  mangle: (body: Readonly<Record<string, unknown>>, call: FarCall) => unknown;
  /** Actions and regions of the calls so far, sorted. */
  asked(): readonly string[];
  stop(): Promise<void>;
}

const VERSIONS: Readonly<Record<string, "ECS" | "SWAS">> = { "2014-05-26": "ECS", "2020-06-01": "SWAS" };

/** Starts it on a free port of the loopback. */
export async function startUpstream(places: Places, seed = 1): Promise<RunningUpstream> {
  const calls: FarCall[] = [];
  const random = createRandom(seed);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = new URL(request.url ?? "/", "http://far").searchParams;
      const isForm = String(request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
      if (isForm)
        for (const [name, value] of new URLSearchParams(Buffer.concat(chunks).toString())) asked.set(name, value);
      const call: FarCall = {
        product: VERSIONS[String(request.headers["x-acs-version"] ?? asked.get("Version"))] ?? "ECS",
        action: String(request.headers["x-acs-action"] ?? asked.get("Action")),
        regionId: asked.get("RegionId") ?? "",
        accessKeyId:
          /Credential=([^,]+)/.exec(String(request.headers.authorization))?.[1] ?? asked.get("AccessKeyId") ?? "",
        asked,
      };
      if (isProbe(call) && !isAnyHiding(places)) return void answerProbe(response, call);
      calls.push(call);
      const fault = far.interfere(call, calls.length);
      if (fault === "silent") return;
      if (fault === "cut") return void request.socket.destroy();
      const { status, body, contentType = "application/json;charset=utf-8", headers = {} } = fault ?? answer(call);
      response.writeHead(status, { "content-type": contentType, ...headers });
      response.end(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body));
    });
  });

  function answer(call: FarCall): Exclude<FarFault, string> {
    const place =
      places[`${call.accessKeyId}/${call.product}/${call.regionId}`] ?? places[`${call.product}/${call.regionId}`];
    if (/^(DescribeRegions|ListRegions)$/.test(call.action)) return { status: 200, body: regions(places, call) };
    if (place === undefined) return refusal(404, "InvalidRegionId.NotFound");
    const size = call.asked.get("PageSize") ?? call.asked.get("MaxResults") ?? "10";
    if (!/Instances$/.test(call.action) && Number(size) > place.habits.refuseAbove)
      return refusal(400, "InvalidParam.PageSize");
    const body = respond(call, place, calls.length, random);
    if (body === null) return refusal(404, "InvalidAction.NotFound");
    const full = { RequestId: `R-${calls.length}`, ...body };
    return { status: 200, body: far.mangle(inHabit(full, place.habits) as typeof full, call) as object };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const far: RunningUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    interfere: () => null,
    mangle: (body) => body,
    asked: () => calls.map(({ action, regionId }) => `${action} ${regionId}`).sort(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return far;
}

/** True for the search whether the bare list hides what will run again, which no other test is about. */
function isProbe({ product, action, asked }: FarCall): boolean {
  return (
    product === "ECS" &&
    action === "DescribeInvocations" &&
    asked.get("Timed") === "true" &&
    asked.get("MaxResults") === "1"
  );
}

function isAnyHiding(places: Readonly<Record<string, Place>>): boolean {
  return Object.values(places).some(({ habits }) => habits.hidesTimed);
}

function answerProbe(response: ServerResponse, _call: FarCall): void {
  response.writeHead(200, { "content-type": "application/json;charset=utf-8" });
  response.end(JSON.stringify({ RequestId: "R-P", TotalCount: 0, Invocations: { Invocation: [] } }));
}

/** The vendor's form of a refusal. */
export function refusal(status: number, code: string, message = "refused"): Exclude<FarFault, string> {
  return { status, body: { RequestId: "R-E", HostId: "far.example", Code: code, Message: message } };
}

function regions(places: Places, call: FarCall): object {
  const names = Object.keys(places).map((name) => name.split("/").slice(-2));
  const ids = [...new Set(names.filter(([product]) => product === call.product).map(([, id]) => id))];
  const list = ids.map((RegionId) => ({ RegionId, RegionEndpoint: "", LocalName: RegionId }));
  return { RequestId: "R", Regions: call.product === "ECS" ? { Region: list } : list };
}

type Body = Readonly<Record<string, unknown>>;

function respond(call: FarCall, place: Place, number: number, random: () => number): Body | null {
  const { asked } = call;
  const runs = listOf(place, number, random).filter((run) => isMeant(run, call, place.habits));
  const instanceId = asked.get("InstanceId");
  const results = runs.flatMap((run) =>
    run.executions.filter((one) => instanceId === null || one.instanceId === instanceId).map((one) => ({ run, one })),
  );
  switch (`${call.product} ${call.action}`) {
    case "ECS DescribeInvocations": {
      const { items, paging } = page(runs, asked, place);
      return { ...paging, Invocations: { Invocation: items.map((run) => ecsRun(run, asked)) } };
    }
    case "ECS DescribeInvocationResults": {
      const { items, paging } = page(results, asked, place);
      const list = items.map(({ run, one }) => ecsResult(run, one, asked));
      return { Invocation: { ...paging, InvocationResults: { InvocationResult: list } } };
    }
    case "SWAS DescribeCommandInvocations": {
      const { items, paging } = page(runs, asked, place);
      return { ...paging, CommandInvocations: items.map((run) => swasRun(run, place.habits)) };
    }
    case "SWAS DescribeInvocations": {
      const { items, paging } = page(results, asked, place);
      return { ...paging, Invocations: items.map(({ run, one }) => swasInstanceRun(run, one)) };
    }
    case "SWAS DescribeInvocationResult": {
      const [found] = results;
      return found === undefined ? {} : { InvocationResult: swasResult(found.run, found.one) };
    }
    case "ECS DescribeInstances": {
      const servers = serversOf(place, asked).filter((id) => !isManaged(id));
      const { items, paging } = page(servers, asked, place, 100);
      return {
        ...paging,
        Instances: { Instance: items.map((id) => ({ InstanceId: id, InstanceName: `name of ${id}` })) },
      };
    }
    case "ECS DescribeManagedInstances": {
      const wanted = [...asked].flatMap(([name, id]) => (name.startsWith("InstanceId.") ? [id] : []));
      const machines = serversOf(place, asked).filter((id) => isManaged(id) && (!wanted.length || wanted.includes(id)));
      const { items, paging } = page(machines, asked, place);
      const list = items.map((id) => ({ InstanceId: id, InstanceName: `name of ${id}`, Connected: true }));
      return { ...paging, Instances: { Instance: list } };
    }
    case "SWAS ListInstances": {
      const { items, paging } = page(serversOf(place, asked), asked, place, 100);
      return { ...paging, Instances: items.map((id) => ({ InstanceId: id, InstanceName: `name of ${id}` })) };
    }
    default:
      return null;
  }
}

const isManaged = (id: string): boolean => id.startsWith("mi-");

function serversOf(place: Place, asked: URLSearchParams): readonly string[] {
  const named = place.runs.flatMap((run) => run.executions.map((one: Execution) => one.instanceId));
  const all = [...new Set([...(place.servers ?? []), ...named])];
  const wanted = asked.get("InstanceIds");
  return wanted === null ? all : all.filter((id) => (JSON.parse(wanted) as string[]).includes(id));
}

/** Beside InstanceId the filters CommandName, RepeatMode and InvokeStatus=PartialFailed are silently ignored. */
function isMeant(run: Run, { asked, product }: FarCall, { statusFilter, hidesTimed }: Habits): boolean {
  const instanceId = asked.get("InstanceId");
  const is = (name: string, value: string) => asked.get(name) === null || asked.get(name) === value;
  const status = statusFilter === "ignored" ? null : asked.get(product === "ECS" ? "InvokeStatus" : "InvocationStatus");
  const today = run.status ?? "Success";
  const isByLegacy = statusFilter === "legacy" || (statusFilter === "shared" && status !== "Success");
  const word = isByLegacy ? (run.wire?.InvokeStatus ?? legacy(today)) : today;
  return (
    is("InvokeId", run.invokeId) &&
    is("CommandId", run.commandId ?? `c-${run.invokeId}`) &&
    (instanceId !== null || is("CommandName", run.commandName ?? "nightly")) &&
    is("CommandType", run.commandType ?? "RunShellScript") &&
    (product !== "ECS" || is("Timed", String(run.timed ?? false))) &&
    (!hidesTimed || run.timed !== true || asked.has("Timed") || asked.has("InvokeId")) &&
    (instanceId === null || run.executions.some((one) => one.instanceId === instanceId)) &&
    (status === null || status === word || (instanceId !== null && status === "PartialFailed"))
  );
}

function page<Item>(all: readonly Item[], asked: URLSearchParams, { habits }: Place, most = habits.clamp) {
  const isToken = habits.tokens && (asked.has("MaxResults") || asked.has("NextToken"));
  const wanted = Number(asked.get(isToken ? "MaxResults" : "PageSize") ?? 10);
  const size = habits.oneSize ? habits.clamp : Math.min(most, wanted);
  const number = Number(asked.get("PageNumber") ?? 1);
  const from = isToken ? Number(asked.get("NextToken") || 0) : (number - 1) * size - (number > 1 ? habits.overlap : 0);
  const next = isToken && from + size < all.length ? String(from + size) : "";
  const told = { true: all.length, zero: 0, absent: undefined, "one more": all.length + 1, "one less": all.length - 1 };
  const total = isToken ? 0 : told[habits.total];
  const paging = {
    ...(total === undefined ? {} : { TotalCount: total }),
    PageNumber: number,
    PageSize: size,
    NextToken: next,
  };
  return { items: all.slice(from, from + size), paging };
}
