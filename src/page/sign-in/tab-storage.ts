/** A text that this tab keeps; null if there is none, or the browser forbids to keep any. */
export function recallFromTab(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text until the tab is closed; null forgets it. False if the browser forbids it. */
export function keepInTab(name: string, text: string | null): boolean {
  try {
    if (text === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
}
