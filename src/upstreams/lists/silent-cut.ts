import type { PageShape } from "../mapping/index.ts";
import { lengthOf, SMALLEST_PAGE_SIZE, usedPageSize } from "./pages.ts";
import type { Paging, PagingParameters } from "./paging.ts";

/** A first page, and how to read the next one. */
export interface FirstOfPages<Item> {
  readonly paging: Paging;
  /** The name of the list among those of its action. */
  readonly key: string;
  ask(parameters: PagingParameters): Promise<PageShape<Item>>;
  nameOf(item: Item): string;
}

/**
 * The page size that the upstream used for a first page, learned for a while if it is smaller than what was asked for. An upstream
 * may cut pages without a word: a short page without a total that counts is asked on behind, in pages of its own length. That
 * costs one call, and none if a longer page was seen before or if these very records were the whole list. No document has pages as
 * short as a list that holds a few records and got others meanwhile: these cost one call more.
 */
export async function sizeOfFirst<Item>(
  { paging, key, ask, nameOf }: FirstOfPages<Item>,
  shape: PageShape<Item>,
  asked: number,
): Promise<number> {
  const used = usedPageSize(shape, 1, asked);
  const length = lengthOf(shape);
  // A total may leave out what cannot be read.
  const isTotalVoid = shape.totalCount === null || shape.totalCount < shape.items.length;
  const isOpen = length > 0 && length < used && isTotalVoid && (shape.pageSize ?? used) >= used;
  const names = shape.items.map(nameOf);
  const guard = paging.guard(key);
  const hasGrown = async () => lengthOf(await ask({ pageNumber: 1, pageSize: asked })) > length;
  // Without any member for paging an answer tells nothing of its end; one in tokens has some. No document has pages below ten.
  const isBare = shape.pageNumber === null && shape.pageSize === null && !shape.hasTokenMember;
  const mayBePage = shape.pageNumber === 1 || (isBare && length >= SMALLEST_PAGE_SIZE);
  const isPaged = paging.mode() === "page" || (paging.mode() === null && mayBePage);
  if (isOpen && isPaged && length >= paging.limit.longest && !guard.isWhole(names)) {
    const next = await ask({ pageNumber: 2, pageSize: length });
    const goesOn = next.unreadableCount > 0 || next.items.some((item) => !names.includes(nameOf(item)));
    if (!goesOn) guard.noteWhole(names);
    else if (length >= SMALLEST_PAGE_SIZE || !(await hasGrown())) {
      paging.limit.lower(length);
      return length;
    }
  }
  paging.limit.noteLength(length);
  if (used < asked) paging.limit.lower(used);
  if (used > asked) paging.limit.fix(used);
  return used;
}
