import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a PostgreSQL server. */
export interface Way {
  /** The server's URL, through it. */
  readonly url: string;
  /** Ends every connection and takes none. */
  cut(): Promise<void>;
  /** Nothing comes through any more, and no connection ends. */
  freeze(): void;
  /** Takes connections again, after it was cut. */
  mend(): Promise<void>;
}

/** Opens a way that can be cut and mended. */
export async function openWay(to: URL): Promise<Way> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(to.port || 5432), to.hostname);
    for (const socket of [near, far]) sockets.add(socket.on("error", () => {}));
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const through = new URL(to);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    async cut() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
  };
}
