import type { View } from "#access";
import type { Command, Source, Wants } from "#domain";

/** True if the run exists for the caller. A run whose command has no known name fits no role that depends on names. */
export function maySeeRun(
  view: View,
  { source, command }: { readonly source: Source; readonly command: Pick<Command, "name"> },
): boolean {
  return view.rightsFor(source).forCommand(command.name).runs;
}

/** What is worth loading of a source: without what no role gives of any run there. */
export function maskWants<Masked extends Wants>(view: View, source: Source, wants: Masked): Masked {
  const { outputs, commands } = view.rightsFor(source).possible;
  if ((outputs || !wants.output) && (commands || !wants.content)) return wants;
  return { ...wants, output: wants.output && outputs, content: wants.content && commands };
}
