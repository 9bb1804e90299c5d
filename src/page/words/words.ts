import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { CHINESE } from "./chinese.ts";
import { ENGLISH, type Words } from "./english.ts";

/** Languages of the page. */
export type Language = "en" | "zh";

/** The words of each language. */
export const DICTIONARIES: Readonly<Record<Language, Words>> = { en: ENGLISH, zh: CHINESE };

/** The first of the reader's languages that the page has; English if it has none of them. `languages` as browsers list them. */
export function chooseLanguage(languages: readonly string[]): Language {
  const found = languages.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one === "zh" || one === "en");
  return found === "zh" ? "zh" : "en";
}

/** The words in the reader's language. */
export const WordsContext = createContext<Words>(ENGLISH);

/** The words in the reader's language. */
export const useWords = (): Words => useContext(WordsContext);
