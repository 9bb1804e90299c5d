import type { Execution, Habits, Run } from "./world.ts";

type Body = Readonly<Record<string, unknown>>;
type Asked = URLSearchParams;

/** `yyyy-MM-ddTHH:mm:ssZ`. */
export function toTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The bytes that an execution printed. */
export function bytesOf({ output = "ok\n" }: Execution): Buffer {
  return Buffer.from(output ?? "");
}

const RUNNING = /^\s*(pending|scheduled|running|stopping)\s*$/i;

function times(run: Run, execution: Execution, finish: string): Body {
  const isOver = !RUNNING.test(execution.status ?? "Success");
  return { StartTime: toTime(run.at + 1_000), [finish]: isOver ? toTime(run.at + 3_000) : "" };
}

/** The word that the documents before InvocationStatus have for it. */
export function legacy(status: string): string {
  return { Success: "Finished", Failed: "Finished", Terminated: "Stopped", Cancelled: "Stopped" }[status] ?? status;
}

/** One item of ECS DescribeInvocations; its output is there only where it was asked for. */
export function ecsRun(run: Run, asked: Asked): Body {
  const isPlain = asked.get("ContentEncoding") === "PlainText";
  const content = isPlain ? "date\n" : Buffer.from("date\n").toString("base64");
  const status = run.status ?? "Success";
  return {
    InvokeId: run.invokeId,
    CommandId: run.commandId ?? `c-${run.invokeId}`,
    CommandName: run.commandName ?? "nightly",
    CommandDescription: "",
    CommandType: run.commandType ?? "RunShellScript",
    CommandContent: content,
    CreationTime: toTime(run.at),
    Frequency: "",
    RepeatMode: run.repeatMode ?? "Once",
    Timed: run.timed ?? false,
    Timeout: 60,
    InvocationStatus: status,
    InvokeStatus: legacy(status),
    Parameters: "{}",
    Username: "root",
    WorkingDir: "/root/",
    Tags: { Tag: [{ TagKey: "env", TagValue: "prod" }] },
    ...run.wire,
    InvokeInstances: {
      InvokeInstance: run.executions.map((execution) => ({
        InstanceId: execution.instanceId,
        CreationTime: toTime(run.at),
        ...times(run, execution, "FinishTime"),
        StopTime: "",
        UpdateTime: toTime(run.at + 3_000),
        InvocationStatus: execution.status ?? "Success",
        InstanceInvokeStatus: legacy(execution.status ?? "Success"),
        ExitCode: execution.exitCode ?? 0,
        Repeats: 1,
        Dropped: 0,
        Output: asked.get("IncludeOutput") === "true" ? outputOf(execution, isPlain ? "plain" : "base64") : "",
        ErrorCode: "",
        ErrorInfo: "",
        Timed: run.timed ?? false,
        ...execution.wire,
      })),
    },
  };
}

/** One record of ECS DescribeInvocationResults. */
export function ecsResult(run: Run, execution: Execution, asked: Asked): Body {
  return {
    InvokeId: run.invokeId,
    CommandId: run.commandId ?? `c-${run.invokeId}`,
    InstanceId: execution.instanceId,
    InvocationStatus: execution.status ?? "Success",
    InvokeRecordStatus: legacy(execution.status ?? "Success"),
    ...times(run, execution, "FinishedTime"),
    StopTime: "",
    ExitCode: execution.exitCode ?? 0,
    Repeats: 1,
    Dropped: 0,
    Output: outputOf(execution, asked.get("ContentEncoding") === "PlainText" ? "plain" : "base64"),
    ErrorCode: "",
    ErrorInfo: "",
    Username: "root",
    Tags: { Tag: [] },
    ...execution.wire,
  };
}

/** One item of SWAS DescribeCommandInvocations. */
export function swasRun(run: Run, habits: Habits): Body {
  const isPlain = habits.swasEncoding === "plain";
  return {
    InvokeId: run.invokeId,
    CommandId: run.commandId ?? `c-${run.invokeId}`,
    CommandName: run.commandName ?? "nightly",
    CommandType: run.commandType ?? "RunShellScript",
    CommandDescription: "",
    CommandContent: isPlain ? "date\n" : Buffer.from("date\n").toString("base64"),
    CreationTime: toTime(run.at).slice(0, -1),
    InvocationStatus: run.status ?? "Success",
    Username: "root",
    WorkingDir: "/root",
    Timeout: 60,
    Parameters: "{}",
    ...run.wire,
    InvokeInstances: run.executions.map((execution) => ({
      InstanceId: execution.instanceId,
      ...times(run, execution, "FinishTime"),
      InvocationStatus: execution.status ?? "Success",
      ExitCode: execution.exitCode ?? 0,
      Output: outputOf(execution, habits.swasEncoding),
      ErrorCode: "",
      ErrorInfo: "",
      ...execution.wire,
    })),
  };
}

/** One item of SWAS DescribeInvocations: a run as it is on the server that was asked for. */
export function swasInstanceRun(run: Run, execution: Execution): Body {
  return {
    InvokeId: run.invokeId,
    CommandName: run.commandName ?? "nightly",
    CommandType: run.commandType ?? "RunShellScript",
    CommandContent: Buffer.from("date\n").toString("base64"),
    CreationTime: toTime(run.at),
    InvocationStatus: execution.status ?? "Success",
    InvokeStatus: legacy(execution.status ?? "Success"),
    Parameters: {},
    ...run.wire,
  };
}

/** SWAS DescribeInvocationResult: one object, its output in base64. */
export function swasResult(run: Run, execution: Execution): Body {
  return {
    InvokeId: run.invokeId,
    InstanceId: execution.instanceId,
    InvocationStatus: execution.status ?? "Success",
    InvokeRecordStatus: legacy(execution.status ?? "Success"),
    ...times(run, execution, "FinishedTime"),
    ExitCode: execution.exitCode ?? 0,
    Output: outputOf(execution, "base64"),
    ErrorCode: "",
    ErrorInfo: "",
    InvokeUser: "root",
    ...execution.wire,
  };
}

function outputOf(execution: Execution, encoding: "plain" | "base64"): string {
  return bytesOf(execution).toString(encoding === "plain" ? "utf8" : "base64");
}

/** The same body as another generation of the service would send it. */
export function inHabit(body: unknown, { texts, nothing }: Habits): unknown {
  if (Array.isArray(body)) return body.map((member) => inHabit(member, { texts, nothing } as Habits));
  if (typeof body === "object" && body !== null) {
    const kept = Object.entries(body).filter(([, value]) => nothing === "empty" || value !== "");
    return Object.fromEntries(kept.map(([name, value]) => [name, inHabit(value, { texts, nothing } as Habits)]));
  }
  if (texts && typeof body === "number") return String(body);
  return texts && typeof body === "boolean" ? (body ? "True" : "False") : body;
}
