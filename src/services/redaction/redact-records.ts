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
} from "#domain";

/** Lets others run; called between two outputs, each of which may take 10 ms. */
export type Breathe = () => Promise<void>;

/** Texts of the run hidden by the rules, unless these have been applied already. The same object if nothing changes. */
export async function redactRun(run: Invocation, redactor: Redactor, breathe: Breathe): Promise<Invocation> {
  const instances: Invocation["instances"][number][] = [];
  for (const one of run.instances) instances.push(await redactExecution(one, redactor, breathe));
  return withRedacted(run, instances, redactor);
}

/** The same at once, for one who cannot wait. */
export function redactRunNow(run: Invocation, redactor: Redactor): Invocation {
  const instances = run.instances.map((one) => withOutput(one, redactor));
  return withRedacted(run, instances, redactor);
}

/** What an execution printed, hidden by the rules. */
export async function redactExecution<Redacted extends Execution>(
  execution: Redacted,
  redactor: Redactor,
  breathe: Breathe,
): Promise<Redacted> {
  const redacted = withOutput(execution, redactor);
  if (redacted !== execution) await breathe();
  return redacted;
}

function withRedacted(run: Invocation, instances: Invocation["instances"], redactor: Redactor): Invocation {
  const { hash } = redactor;
  if (hash === null) return run;
  const command = redactCommand(run.command, redactor, hash);
  const isSame = instances.every((one, position) => one === run.instances[position]);
  if (isSame && command === run.command && run.redactedBy === hash) return run;
  const parameters = run.redactedBy === hash ? run.parameters : redactor.parameters(run.parameters).value;
  return { ...run, command, parameters, instances: isSame ? run.instances : instances, redactedBy: hash };
}

function redactCommand(command: Command, redactor: Redactor, redactedBy: string): Command {
  if (command.redactedBy === redactedBy) return command;
  const description = command.description === null ? null : redactor.text(command.description).value;
  if (command.content == null) return { ...command, description, redactedBy };
  const { value, isRedacted } = redactor.text(decodeOutput(command.content).text);
  return { ...command, description, content: isRedacted ? Buffer.from(value) : command.content, redactedBy };
}

function withOutput<Redacted extends Execution>(execution: Redacted, redactor: Redactor): Redacted {
  const { output } = execution;
  const { hash } = redactor;
  if (output == null || hash === null || output.redactedBy === hash) return execution;
  return {
    ...execution,
    output: hideIn(output, isFinalInstanceStatus(execution.status), redactor, hash),
  };
}

// Colours and overwriting can cut a secret in two, and readers can have them taken away.
function redactInEveryForm(text: string, redactor: Redactor): ReturnType<Redactor["text"]> {
  const asIs = redactor.text(text);
  const shown = applyOverwriting(stripAnsi(asIs.value));
  const forms = shown === asIs.value ? [] : [stripAnsi(asIs.value), applyOverwriting(asIs.value), shown];
  if (!forms.some((form) => redactor.text(form).isRedacted)) return asIs;
  return {
    value: redactor.text(applyOverwriting(stripAnsi(redactor.text(stripAnsi(asIs.value)).value))).value,
    isRedacted: true,
  };
}

function hideIn(output: Output, isFinal: boolean, redactor: Redactor, redactedBy: string): Output {
  const decode = (bytes: Uint8Array) => decodeOutput(bytes, output.droppedBytes).text;
  const inEveryForm = { ...redactor, text: (text: string) => redactInEveryForm(text, redactor) };
  const { bytes, isRedacted } = redactOutput(output.bytes, isFinal, decode, inEveryForm);
  return { ...output, bytes, ...(isRedacted ? { isRedacted } : {}), redactedBy };
}
