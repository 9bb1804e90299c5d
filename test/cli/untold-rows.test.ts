import { describe, expect, it } from "@jest/globals";
import { noteUntold, type UntoldRow } from "../../src/cli/untold-rows.ts";

/** Rows whose output is not known, of an export that comes in pieces of so many bytes. */
async function untoldOf(format: string, text: string, pieceBytes: number): Promise<readonly UntoldRow[]> {
  const bytes = Buffer.from(text);
  async function* chunks() {
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
  }
  const untold: UntoldRow[] = [];
  const passed: Uint8Array[] = [];
  for await (const chunk of noteUntold(chunks(), format, untold)) passed.push(chunk);
  expect(Buffer.concat(passed).toString()).toBe(text);
  return untold;
}

const EXPORTS = {
  ndjson: [
    '{"instanceId":"i-1","status":"SUCCESS","exitCode":0,"output":null,"isOutputKnown":false}\n',
    '{"instanceId":"i-2","status":"SUCCESS","exitCode":0,"output":"磁盘\\n","isOutputKnown":true}\n',
    '{"instanceId":"i-3","status":"FAILED","exitCode":null,"output":null,"isOutputKnown":false}\n',
  ],
  csv: [
    "instanceId,status,exitCode,output,isOutputKnown\r\n",
    "i-1,SUCCESS,0,,false\r\n",
    'i-2,SUCCESS,0,"磁盘\r\ni-9,SUCCESS,0,,false\r\nsaid ""yes""\r\n",true\r\n',
    "i-3,FAILED,,,false\r\n",
  ],
  text: [
    "==> i-1: SUCCESS, exit code 0, output not known\n",
    "==> i-2: SUCCESS, exit code 0\n磁盘\n",
    "==> i-3: FAILED, output not known\n",
  ],
} as const;

describe("rows of an export whose output is not known", () => {
  it.each(Object.entries(EXPORTS))("are noted wherever %s is cut", async (format, rows) => {
    const text = rows.join("");
    for (let pieceBytes = 1; pieceBytes <= Buffer.byteLength(text); pieceBytes += 1) {
      expect([pieceBytes, await untoldOf(format, text, pieceBytes)]).toEqual([
        pieceBytes,
        [
          { instanceId: "i-1", status: "SUCCESS", exitCode: 0 },
          { instanceId: "i-3", status: "FAILED", exitCode: null },
        ].map((row) => expect.objectContaining(row)),
      ]);
    }
  });
});
