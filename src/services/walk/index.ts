/** Where a walk of pages stands in each source: what it may show, and where it goes on. */
export { aheadUpTo, countShown, isShownAhead, readAhead } from "./ahead.ts";
export { backwards, forwards } from "./direction.ts";
export { doubtOf, hasDoubtful } from "./doubtful.ts";
export { refuseIfAllFailed } from "./failure.ts";
export { findLacking, noteLateBefore } from "./late.ts";
export { askerOf, pauseOf, throwIfGone } from "./pause.ts";
export { cursorBehind, endBehind, type Ground, groundBehind } from "./places.ts";
export {
  chooseLists,
  falseEndOf,
  isAnswered,
  isSound,
  isToldByAll,
  listFailureOf,
  owesNothing,
  type PageSource,
  readAtOf,
  refusalOf,
} from "./source.ts";
export { countRuns, isWhole } from "./total.ts";
export { endOf, isLagging, isOpen, limitOf, newPart, reachesOf, rowsOf, startOf, type Walk } from "./walk.ts";
