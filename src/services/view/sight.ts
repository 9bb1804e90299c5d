import type { View } from "#access";
import type { Command, Projection, Source } from "#domain";

/** True if the run exists for the caller. A run whose command has no known name fits no role that depends on names. */
export function maySeeRun(
  view: View,
  { source, command }: { readonly source: Source; readonly command: Pick<Command, "name"> },
): boolean {
  return view.rightsFor(source).forCommand(command.name).runs;
}

/** What is worth loading of a source: without what no role gives of any run there. */
export function maskProjection<Masked extends Projection>(view: View, source: Source, projection: Masked): Masked {
  const { outputs, commands } = view.rightsFor(source).possible;
  if ((outputs || !projection.output) && (commands || !projection.content)) return projection;
  return { ...projection, output: projection.output && outputs, content: projection.content && commands };
}
