import { useEffect, useState } from "preact/hooks";
import { browserStore } from "../storage/storage.ts";
import { chooseLanguage, type Language } from "../words/words.ts";

/** How the page looks: as the system says, or as the reader chose. */
export type Theme = "auto" | "light" | "dark";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** What the reader chose, kept in this browser. */
export interface Preferences {
  readonly theme: Theme;
  readonly language: Language;
  nextTheme(): void;
  nextLanguage(): void;
}

/** Reads and keeps the reader's choices, and puts them on the document. */
export function usePreferences(): Preferences {
  const [theme, setTheme] = useState<Theme>(() => THEMES.find((one) => one === browserStore.recall("theme")) ?? "auto");
  const [language, setLanguage] = useState<Language>(readLanguage);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    browserStore.keep("theme", theme);
  }, [theme]);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  }, [language]);
  return {
    theme,
    language,
    nextTheme: () => setTheme((before) => THEMES[(THEMES.indexOf(before) + 1) % THEMES.length] ?? "auto"),
    nextLanguage() {
      const next = language === "en" ? "zh" : "en";
      browserStore.keep("language", next);
      setLanguage(next);
    },
  };
}

function readLanguage(): Language {
  const kept = browserStore.recall("language");
  return kept === "en" || kept === "zh" ? kept : chooseLanguage(navigator.languages);
}
