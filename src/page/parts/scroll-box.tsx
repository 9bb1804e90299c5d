import type { ComponentChildren } from "preact";

/** A part of the page with a scroll bar of its own; the keyboard reaches it, and screen readers name it. */
export function ScrollBox(props: {
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class={props.class} tabIndex={0} aria-label={props.label}>
      {props.children}
    </section>
  );
}
