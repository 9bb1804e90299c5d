import { useEffect } from "preact/hooks";
import { useWords } from "../words/words.ts";

/** Names the view in the browser's tab. */
export function useTitle(name: string): void {
  const { product } = useWords();
  useEffect(() => {
    document.title = `${name} · ${product}`;
  }, [name, product]);
}

/** The heading of a view that has nothing to name yet; only screen readers meet it. */
export function HiddenTitle({ name }: { readonly name: string }) {
  return <h1 class="hidden">{name}</h1>;
}
