import type { View } from "#access";
import type { Provider } from "#domain";

const LABEL = /(\w+)="([^"]*)"/g;

/**
 * Cuts metrics, as Prometheus text, to what a view may know: samples of a source stay only if the view gives every run there, since they
 * count all of them. What counts for the whole gateway names no source and stays.
 */
export function metricsOf(view: View): (text: string) => string {
  const isTold = (line: string): boolean => {
    if (line.startsWith("#")) return true;
    const labels = new Map(Array.from(line.matchAll(LABEL), ([, name, value]) => [name, value]));
    const [provider, account = "", regionId = ""] = ["provider", "account", "region"].map((name) => labels.get(name));
    // A sample without account or region counts all of them.
    return provider === undefined || view.rightsFor({ provider: provider as Provider, account, regionId }).always.runs;
  };
  return (text) => text.split("\n").filter(isTold).join("\n");
}
