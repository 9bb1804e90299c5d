import { spawn } from "node:child_process";

const OPENERS: Readonly<Record<string, readonly [command: string, ...words: string[]]>> = {
  darwin: ["open"],
  // Not by way of the command interpreter, to which "&" and "|" of an address would say something.
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens an address in the browser of the desktop. False if nothing is there that opens one. */
export function openBrowser(url: string, platform: string = process.platform): Promise<boolean> {
  const [command, ...words] = OPENERS[platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(command, [...words, url], { detached: true, stdio: "ignore" });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
