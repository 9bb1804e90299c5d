import { Duplex } from "node:stream";
import type { Embedded } from "./embedded.ts";

/** How PostgreSQL's protocol says goodbye. */
const TERMINATE = 0x58;
/** How an error begins after which it answers nothing more, such as a log file that finds no room on the disk; five letters of its code follow. */
const PANIC = Buffer.from("SPANIC\0VPANIC\0C");
const CODE_LENGTH = 5;

/** The embedded PostgreSQL as a socket that `pg` can talk through. */
export class EmbeddedStream extends Duplex {
  readonly #embedded: Embedded;

  constructor(embedded: Embedded) {
    super();
    this.#embedded = embedded;
  }

  connect(): this {
    this.#embedded.open().then(
      () => this.emit("connect"),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk).then(() => done(), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  async #send(bytes: Buffer): Promise<void> {
    if (bytes[0] === TERMINATE) return;
    const answer = await this.#embedded.send(bytes);
    const bytesBack = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
    if (bytesBack.byteLength > 0) this.push(bytesBack);
    const panicAt = bytesBack.indexOf(PANIC);
    if (panicAt < 0) return;
    this.#embedded.kill();
    const codeAt = panicAt + PANIC.length;
    const code = bytesBack.toString("latin1", codeAt, codeAt + CODE_LENGTH);
    this.destroy(Object.assign(new Error("Connection terminated: the embedded database stopped itself"), { code }));
  }
}
