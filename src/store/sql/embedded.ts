import { Worker } from "node:worker_threads";

/** An embedded PostgreSQL: one session, one process. */
export interface Embedded {
  /** Starts it if it does not run, and gives up what a session before left open. @throws Error with the reason */
  open(): Promise<void>;
  /** Bytes of PostgreSQL's protocol, answered in order. */
  send(bytes: Uint8Array): Promise<Uint8Array>;
  /** Ends it at once, as a crash does: what was committed is in the folder, and the next session recovers it. */
  kill(): void;
  /** Ends it; what was committed is in the folder. */
  close(): Promise<void>;
}

interface Running {
  readonly worker: Worker;
  readonly ready: Promise<unknown>;
  ask(request: Uint8Array | "reset" | "close"): Promise<Uint8Array>;
}

/** An embedded PostgreSQL that runs once it is opened. @param folder where its files are; null keeps them in memory */
export function createEmbedded(folder: string | null): Embedded {
  let running: Running | null = null;
  const start = (): Running => {
    const started = startWorker(folder, () => {
      if (running === started) running = null;
    });
    return started;
  };
  return {
    async open() {
      running ??= start();
      await running.ready;
      await running.ask("reset");
    },
    async send(bytes) {
      if (running === null) throw new Error("Connection terminated: the embedded database ended");
      return running.ask(bytes);
    },
    kill() {
      void running?.worker.terminate();
      running = null;
    },
    async close() {
      const ending = running;
      running = null;
      if (ending === null) return;
      await ending.ready.then(() => ending.ask("close")).catch(() => {});
      await ending.worker.terminate();
    },
  };
}

function startWorker(folder: string | null, onEnd: () => void): Running {
  const worker = new Worker(new URL("./embedded-worker.js", import.meta.url), { workerData: { folder } });
  const waiting: { resolve(value: unknown): void; reject(error: Error): void }[] = [];
  const next = (): Promise<unknown> => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  const fail = (error: Error): void => {
    for (const one of waiting.splice(0)) one.reject(error);
  };
  worker.on("message", (answer: unknown) => {
    const failure = toFailure(answer);
    const one = waiting.shift();
    if (failure === null) one?.resolve(answer);
    else one?.reject(failure);
  });
  worker.on("error", fail);
  worker.on("exit", () => {
    onEnd();
    fail(new Error("Connection terminated: the embedded database ended"));
  });
  const ready = next();
  ready.catch(() => worker.terminate());
  return {
    worker,
    ready,
    async ask(request) {
      const answer = next();
      worker.postMessage(request);
      return (await answer) as Uint8Array;
    },
  };
}

function toFailure(answer: unknown): Error | null {
  if (typeof answer !== "object" || answer === null || !("failure" in answer)) return null;
  const code = "code" in answer && typeof answer.code === "string" ? { code: answer.code } : {};
  return Object.assign(new Error(String(answer.failure)), code);
}
