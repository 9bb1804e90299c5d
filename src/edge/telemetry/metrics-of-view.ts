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
    const [provider = "", account, region] = ["provider", "account", "region"].map((name) => labels.get(name));
    if (account === undefined && region === undefined) return true;
    return view.rightsFor({ provider: provider as Provider, account: account ?? "", regionId: region ?? "" }).always
      .runs;
  };
  return (text) => text.split("\n").filter(isTold).join("\n");
}
