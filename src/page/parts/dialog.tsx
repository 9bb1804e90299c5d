import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../words/words.ts";

/** A modal dialog; Escape, its button and a click beside it close it. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const words = useWords();
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => element.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, as every dialog
    <dialog
      ref={element}
      aria-label={props.title}
      onClose={props.onClose}
      onClick={(event) => event.target === element.current && element.current?.close()}
    >
      <div class="dialog-head">
        <h2>{props.title}</h2>
        <button type="button" onClick={() => element.current?.close()}>
          {words.close}
        </button>
      </div>
      {props.children}
    </dialog>
  );
}
