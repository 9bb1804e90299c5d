import { useEffect, useState } from "preact/hooks";
import { useWords } from "../words/words.ts";

const THANKS_MS = 1_500;

/** Puts a text on the clipboard and says so for a moment. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const words = useWords();
  const [isDone, setIsDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setIsDone(false), THANKS_MS);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = (): void => void writeClipboard(text).then(setIsDone);
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{isDone ? words.copied : (label ?? words.copy)}</span>
    </button>
  );
}

/** Over plain http there is no clipboard but through a selected field. */
async function writeClipboard(text: string): Promise<boolean> {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyBySelection(text),
    );
  }
  return copyBySelection(text);
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}
