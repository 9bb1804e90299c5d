import { useWords } from "../words/words.ts";
import { Dialog } from "./dialog.tsx";

/** The keys of the page, and the way to the docs. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const { help } = useWords();
  const rows: readonly (readonly [keys: readonly string[], meaning: string])[] = [
    [["j", "↓"], help.down],
    [["k", "↑"], help.up],
    [["Enter"], help.open],
    [["Esc"], help.back],
    [["/"], help.search],
    [["n", "N"], help.matches],
    [["g", "G"], help.ends],
    [["w"], help.wrap],
    [["f"], help.follow],
    [["?"], help.help],
  ];
  return (
    <Dialog title={help.title} onClose={onClose}>
      <dl class="keys">
        {rows.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p class="docs-link">
        <a href="/docs">{help.docs}</a>
      </p>
    </Dialog>
  );
}
