import { type Redactor, redactOutput } from "#access";
import {
  applyOverwriting,
  type Command,
  decodeOutput,
  type Execution,
  type Invocation,
  isFinalInstanceStatus,
  type Output,
  stripAnsi,
  takeBreakBefore,
} from "#domain";
import type { RunOutline } from "#store";

/** Texts of the run hidden by the rules, unless these have been applied already; others are served meanwhile. The same object if nothing changes. */
export async function redactRun(run: Invocation, redactor: Redactor): Promise<Invocation> {
  const instances: Invocation["instances"][number][] = [];
  for (const one of run.instances) {
    const isDue = takeBreakBefore(weightToHide(one, redactor));
    if (isDue !== null) await isDue;
    instances.push(hideInExecution(one, redactor));
  }
  await takeBreakBefore(weightOfCommand(run.command, redactor));
  return withRedacted(run, instances, redactor);
}

/** The same at once, for one who cannot wait. */
export function redactRunNow(run: Invocation, redactor: Redactor): Invocation {
  const instances = run.instances.map((one) => hideInExecution(one, redactor));
  return withRedacted(run, instances, redactor);
}

/** What an execution printed and its other texts, hidden by the rules. */
export async function redactExecution<Redacted extends Execution>(
  execution: Redacted,
  redactor: Redactor,
): Promise<Redacted> {
  await takeBreakBefore(weightToHide(execution, redactor));
  return hideInExecution(execution, redactor);
}

/** The outputs of an outline, hidden by the rules. */
export async function redactOutline(run: RunOutline, redactor: Redactor): Promise<RunOutline> {
  const { hash } = redactor;
  if (hash === null) return run;
  const executions: RunOutline["executions"][number][] = [];
  for (const one of run.executions) {
    await takeBreakBefore(weightOfOutput(one.output, hash));
    executions.push(withOutput(one, redactor, hash));
  }
  return { ...run, executions };
}

/** So much of an output takes as long as the other texts of an execution. */
const BYTES_AN_EXECUTION = 100;

/** As executions count. */
function weightToHide({ redactedBy, output, pastOutput }: Execution, { hash }: Redactor): number {
  if (hash === null) return 0;
  return (redactedBy === hash ? 0 : 1) + weightOfOutput(output, hash) + weightOfOutput(pastOutput, hash);
}

function weightOfCommand({ redactedBy, content }: Command, { hash }: Redactor): number {
  return hash === null || redactedBy === hash ? 0 : 1 + (content?.length ?? 0) / BYTES_AN_EXECUTION;
}

function weightOfOutput(output: Output | null | undefined, hash: string): number {
  return output == null || output.redactedBy === hash ? 0 : output.bytes.length / BYTES_AN_EXECUTION;
}

function withRedacted(run: Invocation, instances: Invocation["instances"], redactor: Redactor): Invocation {
  const { hash } = redactor;
  if (hash === null) return run;
  const command = redactCommand(run.command, redactor, hash);
  const isSame = instances.every((one, position) => one === run.instances[position]);
  if (isSame && command === run.command && run.redactedBy === hash) return run;
  const own = run.redactedBy === hash ? run : { ...run, ...redactRunTexts(run, redactor) };
  return { ...own, command, instances: isSame ? run.instances : instances, redactedBy: hash };
}

/** What callers with the right to commands or outputs see of a run, beside its command and its instances. */
function redactRunTexts(run: Invocation, redactor: Redactor) {
  return {
    parameters: redactor.parameters(run.parameters).value,
    username: hideText(run.username, redactor),
    workingDir: hideText(run.workingDir, redactor),
    launcher: hideText(run.launcher, redactor),
    ossOutputDelivery: hideText(run.ossOutputDelivery, redactor),
  };
}

/** The same of an execution, beside its output. */
function redactTexts({ username, error, ossDelivery }: Execution, redactor: Redactor) {
  return {
    username: hideText(username, redactor),
    error: error && { ...error, info: hideText(error.info, redactor) },
    ossDelivery: ossDelivery && {
      status: hideText(ossDelivery.status, redactor),
      uri: hideText(ossDelivery.uri, redactor),
      errorCode: hideText(ossDelivery.errorCode, redactor),
      errorInfo: hideText(ossDelivery.errorInfo, redactor),
    },
  };
}

function hideText(text: string | null, redactor: Redactor): string | null {
  return text === null ? null : redactor.text(text).value;
}

function redactCommand(command: Command, redactor: Redactor, redactedBy: string): Command {
  if (command.redactedBy === redactedBy) return command;
  const description = command.description === null ? null : redactor.text(command.description).value;
  if (command.content == null) return { ...command, description, redactedBy };
  const { value, isRedacted } = redactor.text(decodeOutput(command.content).text);
  return { ...command, description, content: isRedacted ? Buffer.from(value) : command.content, redactedBy };
}

function hideInExecution<Redacted extends Execution>(execution: Redacted, redactor: Redactor): Redacted {
  const { hash } = redactor;
  if (hash === null) return execution;
  const own = withOutput(execution, redactor, hash);
  return execution.redactedBy === hash ? own : { ...own, ...redactTexts(execution, redactor), redactedBy: hash };
}

/** The same object if nothing changes. */
function withOutput<Redacted extends Pick<Execution, "status"> & Partial<Pick<Execution, "output" | "pastOutput">>>(
  execution: Redacted,
  redactor: Redactor,
  hash: string,
): Redacted {
  const { output, pastOutput } = execution;
  if (output != null && output.redactedBy !== hash)
    return { ...execution, output: hideIn(output, isFinalInstanceStatus(execution.status), redactor, hash) };
  if (pastOutput === undefined || pastOutput.redactedBy === hash) return execution;
  return { ...execution, pastOutput: hideIn(pastOutput, false, redactor, hash) };
}

// Colours and overwriting can cut a secret in two, and readers can have them taken away. So can NULs: those of UTF-16 among other lines.
function redactInEveryForm(text: string, redactor: Redactor): ReturnType<Redactor["text"]> {
  const withoutNuls = text.replaceAll("\0", "");
  const isCut = withoutNuls !== text && redactor.text(withoutNuls).isRedacted;
  const asIs = redactor.text(isCut ? withoutNuls : text);
  const shown = applyOverwriting(stripAnsi(asIs.value));
  const forms = shown === asIs.value ? [] : [stripAnsi(asIs.value), applyOverwriting(asIs.value), shown];
  if (!forms.some((form) => redactor.text(form).isRedacted)) return asIs;
  return {
    value: redactor.text(applyOverwriting(stripAnsi(redactor.text(stripAnsi(asIs.value)).value))).value,
    isRedacted: true,
  };
}

/** The text; of bytes with NULs, which are taken for UTF-16, without these if only so a secret shows: readers may choose the charset. */
function decodeToHide(bytes: Uint8Array, droppedBytes: Output["droppedBytes"], redactor: Redactor): string {
  const { text } = decodeOutput(bytes, droppedBytes);
  if (!bytes.includes(0)) return text;
  const shows = (wideBytes: Uint8Array): boolean => {
    const narrow = decodeOutput(wideBytes.filter(Boolean), droppedBytes).text;
    // What was hidden already may match a rule once more.
    return redactor.text(narrow).value !== narrow;
  };
  const wide = redactor.text(text);
  // What is hidden as UTF-16 is no reason to spoil the rest of it, unless that holds lines of another charset.
  const kept = Buffer.from(wide.value, "utf16le");
  const isNarrow = wide.isRedacted ? shows(kept) || shows(Buffer.from(kept).swap16()) : shows(bytes);
  return isNarrow ? decodeOutput(bytes.filter(Boolean), droppedBytes).text : text;
}

function hideIn(output: Output, isFinal: boolean, redactor: Redactor, redactedBy: string): Output {
  const decode = (bytes: Uint8Array) => decodeToHide(bytes, output.droppedBytes, redactor);
  const inEveryForm = { ...redactor, text: (text: string) => redactInEveryForm(text, redactor) };
  const { bytes, isRedacted } = redactOutput(output.bytes, isFinal, decode, inEveryForm);
  return { ...output, bytes, ...(isRedacted ? { isRedacted } : {}), redactedBy };
}
