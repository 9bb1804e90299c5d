import type { View } from "#access";
import type { Source } from "#domain";
import { findSourceAmong, type SourceBook } from "#sync";

/** The sources of a view alone, as if no others were configured. */
export function limitBook(book: SourceBook, view: View): SourceBook {
  const upstreams = book.upstreams.filter(({ source }) => view.maySee(source));
  const findUpstream: SourceBook["findUpstream"] = (source: Source) => {
    const upstream = view.maySee(source) ? book.findUpstream(source) : undefined;
    // A list that brings outputs along is read again for nobody who may not see them.
    if (upstream === undefined || view.rightsFor(source).possible.outputs) return upstream;
    return { ...upstream, listedOutputs: undefined };
  };
  return {
    ...book,
    upstreams,
    states: () => book.states().filter(({ source }) => view.maySee(source)),
    findSource: (provider, regionId, account) => findSourceAmong(upstreams, provider, regionId, account),
    findUpstream,
  };
}
