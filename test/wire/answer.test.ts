import { describe, expect, it } from "@jest/globals";
import { readAnswer } from "../../src/wire/transport/answer.ts";

const read = (status: number, body: string, header: string | null = null) =>
  readAnswer(status, Buffer.from(body), header);

/** A text within so many elements. */
const nest = (depth: number): unknown => (depth === 0 ? "1" : { B: nest(depth - 1) });

describe("an answer", () => {
  it.each([
    ["JSON", '{"RequestId":"R-1","TotalCount":5}', { RequestId: "R-1", TotalCount: 5 }],
    ["JSON after a byte order mark and blanks", '\ufeff \n{"RequestId":"R-1"}', { RequestId: "R-1" }],
    [
      "XML, in which repeated elements are lists and entities are characters",
      `<?xml version="1.0" encoding="utf-8"?>
       <DescribeInvocationsResponse xmlns="x">
         <RequestId>R-1</RequestId>
         <Invocations>
           <Invocation><InvokeId>t-1</InvokeId><Name>a &lt;&amp;&#x4e2d;&#25991;&gt; </Name><Empty></Empty></Invocation>
           <Invocation><InvokeId>t-2</InvokeId><Name><![CDATA[<b>]]></Name><Empty/></Invocation>
         </Invocations>
         <One><Item>1</Item></One>
       </DescribeInvocationsResponse>`,
      {
        RequestId: "R-1",
        Invocations: {
          Invocation: [
            { InvokeId: "t-1", Name: "a <&中文> ", Empty: "" },
            { InvokeId: "t-2", Name: "<b>", Empty: "" },
          ],
        },
        One: { Item: "1" },
      },
    ],
    [
      "XML with its text kept as it is",
      "<R><RequestId>R-1</RequestId><ExitCode>007</ExitCode></R>",
      { RequestId: "R-1", ExitCode: "007" },
    ],
    ["XML behind many blanks", `\ufeff${"\r\n".repeat(100)}<R><RequestId>R-1</RequestId></R>`, { RequestId: "R-1" }],
  ])("may be %s", async (_name, body, expected) => {
    expect(await read(200, body)).toEqual({ kind: "ok", body: expected, requestId: "R-1" });
  });

  it.each([
    ["in JSON", '{"RequestId":"R-1","HostId":"h","Code":"NoPermission","Message":"m"}'],
    [
      "with more members",
      '{"RequestId":"R-1","Code":"NoPermission","Message":"m","AccessDeniedDetail":{"AuthAction":"x"}}',
    ],
    [
      "beside an empty list",
      '{"RequestId":"R-1","Code":"NoPermission","Message":"m","TotalCount":0,"PageSize":50,"Invocations":{"Invocation":[]}}',
    ],
    ["in lower case", '{"requestId":"R-1","code":"NoPermission","message":"m"}'],
    [
      "in XML",
      "<?xml version='1.0'?><Error><RequestId>R-1</RequestId><HostId/><Code>NoPermission</Code><Message>m</Message></Error>",
    ],
  ])("may be an error object %s, whatever its status", async (_name, body) => {
    const expected = { kind: "error", upstreamCode: "NoPermission", requestId: "R-1" };
    expect(await Promise.all([200, 403, 500].map((status) => read(status, body)))).toEqual([
      expected,
      expected,
      expected,
    ]);
  });

  it.each([
    ["JSON, within a text", '{"RequestId":"R-1","Code":"NoPermission","Message":"a \\"b\\", c'],
    ["JSON, within an object", '{"RequestId":"R-1","Code":"NoPermission","Detail":{"Code":"Other","List":[1,'],
    ["JSON, right behind a comma", '{"RequestId":"R-1","Code":"NoPermission",'],
    ["JSON that goes on behind its end", '{"RequestId":"R-1","Code":"NoPermission"} and more'],
    [
      "JSON that is nested too deep",
      `{"Deep":${"[".repeat(40)}${"]".repeat(40)},"RequestId":"R-1","Code":"NoPermission"}`,
    ],
    ["XML, within a text", "<?xml version='1.0'?><E><RequestId>R-1</RequestId><Code>NoPermission</Code><Message>a"],
    ["XML, within an element", "<E><RequestId>R-1</RequestId><Code>NoPermission</Code><D><Code>Other</Code>"],
    ["XML, within a tag", '<E a=">"><RequestId>R-1</RequestId><Code>NoPermission</Code><D b="x'],
    [
      "XML, within the long name of a tag",
      `<E><RequestId>R-1</RequestId><Code>NoPermission</Code><${"a".repeat(65_536)}`,
    ],
    [
      "XML, within CDATA",
      "<E><RequestId>R-1</RequestId><Code><![CDATA[NoPermission]]></Code><M><![CDATA[</M><Code>Other</Code>",
    ],
    ["XML, within a comment", "<E><HostId/><RequestId>R-1</RequestId><Code>NoPermission</Code><!-- <Code>Other</Code>"],
  ])("may be an error that is cut off in %s", async (_name, body) => {
    expect(await read(400, body)).toEqual({ kind: "error", upstreamCode: "NoPermission", requestId: "R-1" });
    expect((await read(200, body)).kind).toBe("unreadable");
  });

  it.each([
    ["JSON before its code", '{"RequestId":"R-1","Message":"a,'],
    ["XML before its code", "<E><RequestId>R-1</RequestId><Message>a<"],
  ])("may be an error that is cut off in %s", async (_name, body) => {
    expect(await read(400, body)).toEqual({ kind: "error", upstreamCode: null, requestId: "R-1" });
  });

  it.each([
    ["CDATA, whose entities are text", "<![CDATA[a &lt;b&gt; &#65; & <c>]]>", "a &lt;b&gt; &#65; & <c>"],
    ["CDATA beside text", "x &lt;<![CDATA[ &lt; ]]>&gt; y", "x < &lt; > y"],
    ["CDATA twice", "<![CDATA[]]]]><![CDATA[>]]>", "]]>"],
    ["CDATA with a web page", "<![CDATA[<!DOCTYPE html><!-- x -->]]>", "<!DOCTYPE html><!-- x -->"],
    ["CDATA with many tags", `<![CDATA[${"<b>".repeat(30_000)}]]>`, "<b>".repeat(30_000)],
    ["comments, which are no text", "a<!-- <!DOCTYPE x> & it's -->b", "ab"],
    ["instructions, which are no text", "a<?x <b> > ?>b", "ab"],
    ["an instruction that quotes", "a<?it's \"x?>b", "ab"],
    ["line ends of each kind", "a\r\nb\rc&#13;<![CDATA[\r\n]]>", "a\nb\nc\r\n"],
    ["texts beside elements, which are none", "a<!-- x --><B/>b", { B: "" }],
    ["elements that differ", "<B>1</B><C>2</C><B>3</B>", { B: ["1", "3"], C: "2" }],
    ["tags of several lines", "<B\n c='\"/>'\n/>", { B: "" }],
    ["names of every object's members", "<toString>1</toString><constructor/>", { toString: "1", constructor: "" }],
    ["elements as deep as JSON may be", `${"<B>".repeat(31)}1${"</B>".repeat(31)}`, nest(31)],
    ["entities that name another one", "&amp;lt; &#38;lt; &amp;#65;", "&lt; &lt; &#65;"],
    ["entities with zeros in front", "&#0000000065;&#x0000000041;", "AA"],
    [
      "entities that name no character",
      "&#x110000;&#99999999999;&#xD800;&#0;&nbsp;",
      "&#x110000;&#99999999999;&#xD800;&#0;&nbsp;",
    ],
  ])("may be XML with %s", async (_name, written, meant) => {
    const body = `<?xml version="1.0"?><R><RequestId>R-1</RequestId><A b="x > &lt;">${written}</A></R>`;
    expect(await read(200, body)).toEqual({ kind: "ok", body: { RequestId: "R-1", A: meant }, requestId: "R-1" });
  });

  it("is read a part in each round of the event loop, if it is large XML", async () => {
    let rounds = 0;
    const count = () => {
      rounds += 1;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    await read(200, `<R><A>${"&lt;".repeat(100_000)}</A>${"<B/>".repeat(5_000)}</R>`);
    clearImmediate(ticking);
    expect(rounds).toBeGreaterThan(50);
  });

  it("is none where there is a payload beside a code and a message", async () => {
    const beside = { RequestId: "R-1", Code: "Busy", Message: "m", Invocations: { Invocation: [{ InvokeId: "t-1" }] } };
    expect(await read(200, JSON.stringify(beside))).toEqual({ kind: "ok", body: beside, requestId: "R-1" });
    const one = { RequestId: "R-1", Code: "Busy", Message: "m", InvocationResult: { ExitCode: 0 } };
    expect(await read(200, JSON.stringify(one))).toEqual({ kind: "ok", body: one, requestId: "R-1" });
    const body = { RequestId: "R-1", Code: "OK", Message: "done", Items: [] };
    expect(await read(200, JSON.stringify(body))).toEqual({ kind: "ok", body, requestId: "R-1" });
    const bare = { Code: "200", Message: "ok", RequestId: "R-1" };
    expect(await read(200, JSON.stringify(bare))).toEqual({ kind: "ok", body: bare, requestId: "R-1" });
  });

  describe("in another charset than UTF-8", () => {
    // "中文" and "张三"
    const GBK = [0xd6, 0xd0, 0xce, 0xc4, 0xd5, 0xc5, 0xc8, 0xfd];
    const json = Buffer.concat([Buffer.from('{"RequestId":"R-1","A":"'), Buffer.from(GBK), Buffer.from('"}')]);
    const xml = (head: string) =>
      Buffer.concat([
        Buffer.from(`${head}<R><RequestId>R-1</RequestId><A>`),
        Buffer.from(GBK),
        Buffer.from("</A></R>"),
      ]);
    const told = { kind: "ok", body: { RequestId: "R-1", A: "中文张三" }, requestId: "R-1" };
    const utf8 = Buffer.from(JSON.stringify(told.body));

    it.each([
      ["its content type", json, "application/json; charset=gbk"],
      ["its content type, quoted", json, 'application/json;Charset="GB2312"'],
      ["its content type, as XML", xml(""), "text/xml;charset=GB18030"],
      ["XML itself", xml('<?xml version="1.0" encoding="GBK"?>'), "text/xml"],
      ["nobody rightly: it is UTF-8", utf8, "application/json;charset=ISO-8859-1"],
      [
        "its content type, in two bytes each",
        Buffer.from(utf8.toString(), "utf16le"),
        "application/json;charset=utf-16le",
      ],
    ])("is read by the charset that names %s", async (_name, body, contentType) => {
      expect(await readAnswer(200, body, null, contentType)).toEqual(told);
    });

    it("is decoded a piece in each round of the event loop if it is large, also through the middle of a character", async () => {
      const text = "中".repeat(300_000);
      const bytes = Buffer.alloc(600_000, Buffer.from([0xd6, 0xd0]));
      const body = Buffer.concat([Buffer.from('{"RequestId":"R-1","A":"'), Buffer.from("x"), bytes, Buffer.from('"}')]);
      let rounds = 0;
      const count = () => {
        rounds += 1;
        ticking = setImmediate(count);
      };
      let ticking = setImmediate(count);
      const read = await readAnswer(200, body, null, "application/json;charset=gbk");
      clearImmediate(ticking);
      expect(read).toEqual({ kind: "ok", body: { RequestId: "R-1", A: `x${text}` }, requestId: "R-1" });
      expect(rounds).toBeGreaterThanOrEqual(Math.ceil(body.length / 262_144));
    });

    it("is refused once it is more than 16 MiB of UTF-8", async () => {
      const many = Buffer.alloc(6_000_000, 0xc1);
      const body = Buffer.concat([Buffer.from('{"A":"'), many, Buffer.from('"}')]);
      expect(await readAnswer(200, body, null, "application/json;charset=windows-874")).toEqual({
        kind: "unreadable",
        why: "was larger than the 16777216 bytes allowed, in UTF-8",
        isTooLarge: true,
        requestId: null,
      });
    });

    it.each([null, "application/json", "application/json;charset=utf-8"])(
      "is read as UTF-8 if none is named, and says that it is damaged: %s",
      async (contentType) => {
        const body = Buffer.from('{"RequestId":"R-1","A":"d\u00e9mo"}', "latin1");
        const damaged = { ...told, body: { RequestId: "R-1", A: "d\ufffdmo" }, isDamaged: true };
        expect(await readAnswer(200, body, null, contentType)).toEqual(damaged);
        expect(await readAnswer(200, Buffer.from(JSON.stringify(damaged.body)), null, contentType)).toEqual({
          ...told,
          body: damaged.body,
        });
      },
    );

    it("is unreadable if nobody knows the charset, or it does not fit", async () => {
      const unreadable = {
        kind: "unreadable",
        why: "was in a charset that cannot be read",
        isTooLarge: false,
        requestId: null,
      };
      expect(await readAnswer(200, json, null, "application/json;charset=x-unknown")).toEqual(unreadable);
      expect(await readAnswer(200, json.subarray(0, -3), null, "application/json;charset=gbk")).toEqual(unreadable);
      const refused = { kind: "error", upstreamCode: null, requestId: null };
      expect(await readAnswer(503, json, null, "application/json;charset=x-unknown")).toEqual(refused);
    });
  });

  it.each([
    ["", "was empty"],
    [" \n", "was empty"],
    ['{"Invocations":[{"Invo', "was neither whole JSON nor XML"],
    ["{“RequestId”：“R-1”}", "was neither whole JSON nor XML"],
    ["<html><body>502</body></html>", "was a web page"],
    ["<!DOCTYPE html><html></html>", "was a web page"],
    ["<R><A></R>", "was neither whole JSON nor XML"],
    ["<R><A/></R><R><A/></R>", "was neither whole JSON nor XML"],
    ["<R><A/></R> and more", "was neither whole JSON nor XML"],
    ["<R><A>a < b</A></R>", "was neither whole JSON nor XML"],
    ["</R>", "was neither whole JSON nor XML"],
    ["<!-- x -->", "was neither whole JSON nor XML"],
    ['<!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>', "was neither whole JSON nor XML"],
    ["<a>".repeat(100) + "</a>".repeat(100), "was neither whole JSON nor XML"],
    ["[]", "was no object"],
    ["null", "was no object"],
    ['"text"', "was no object"],
    ["<R>text</R>", "was no object"],
  ])("cannot be read as %j", async (body, why) => {
    expect([await read(200, body, "R-HEADER"), await read(502, body, "R-HEADER")]).toEqual([
      { kind: "unreadable", why, isTooLarge: false, requestId: "R-HEADER" },
      { kind: "error", upstreamCode: null, requestId: "R-HEADER" },
    ]);
  });

  const records = (count: number) => Array.from({ length: count }, () => "{}").join();
  const deep = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
  const element = "<A>1</A>";

  it.each([
    [
      "members of a list",
      `{"I":[${records(2_000)}]}`,
      `{"I":[${records(2_001)}]}`,
      "held more than 2000 members in one list or object",
    ],
    [
      "digits of a number",
      `{"a":${"1".repeat(1_048_574)}}`,
      `{"a":${"1".repeat(1_048_576)}}`,
      "held a number or blanks of more than 1048576 bytes",
    ],
    [
      "digits of a number before another member",
      `{"a":${"1".repeat(1_048_574)},"b":1}`,
      `{"a":${"1".repeat(1_048_576)},"b":1}`,
      "held a number or blanks of more than 1048576 bytes",
    ],
    [
      "blanks before a list",
      `{"a":${" ".repeat(1_048_574)}[]}`,
      `{"a":${" ".repeat(1_048_576)}[]}`,
      "held a number or blanks of more than 1048576 bytes",
    ],
    [
      "blanks",
      `{"a":1,${" ".repeat(1_048_574)}"b":2}`,
      `{"a":1,${" ".repeat(1_048_576)}"b":2}`,
      "held a number or blanks of more than 1048576 bytes",
    ],
    ["depth", deep(32), deep(33), "was nested more than 32 deep"],
    [
      "lists and objects",
      `{"I":[${Array(19)
        .fill(`[${records(1_999)}]`)
        .join()}]}`,
      `{"I":[${Array(20)
        .fill(`[${records(2_000)}]`)
        .join()}]}`,
      "held more than 40000 lists and objects",
    ],
    [
      "values",
      `{"I":[${Array(250)
        .fill(`[${Array(2_000).fill(1).join()}]`)
        .join()}]}`,
      `{"I":[${Array(251)
        .fill(`[${Array(2_000).fill(1).join()}]`)
        .join()}]}`,
      "held more than 500000 values",
    ],
    [
      "XML elements",
      `<R>${element.repeat(9_999)}</R>`,
      `<R>${element.repeat(10_000)}</R>`,
      "was XML of more than 10000 elements",
    ],
    [
      "bytes of XML",
      `<R><A>${"x".repeat(1_000_000)}</A></R>`,
      `<R><A>${"x".repeat(1_048_576)}</A></R>`,
      "was XML of more than 1048576 bytes",
    ],
  ])("is read up to so many %s, and refused beyond them", async (_name, most, tooMuch, why) => {
    expect([(await read(200, most)).kind, await read(200, tooMuch)]).toEqual([
      "ok",
      { kind: "unreadable", why, isTooLarge: !/ deep$| in one list|a number/.test(why), requestId: null },
    ]);
  });

  it("counts nothing that stands inside a text", async () => {
    const text = `${"[,{".repeat(100_000)}\\"\\\\`;
    expect(await read(200, JSON.stringify({ Output: text, Next: "[" }))).toEqual({
      kind: "ok",
      body: { Output: text, Next: "[" },
      requestId: null,
    });
  });

  it("takes request ids that are no UUIDs, and none that is no id", async () => {
    const bodies = ['{"RequestId":"\\"20758A-585D-4A41****"}', '{"RequestId":7}', `{"RequestId":"${"x".repeat(200)}"}`];
    const answers = await Promise.all(bodies.map((body) => read(200, body)));
    expect(answers.map(({ requestId }) => requestId)).toEqual(['"20758A-585D-4A41****', null, null]);
  });

  it("takes no code that is no word", async () => {
    const bodies = ['{"Code":"<b>no</b>","Message":"m"}', '{"Code":500,"Message":"m"}'];
    expect(await Promise.all(bodies.map((body) => read(400, body)))).toEqual([
      { kind: "error", upstreamCode: null, requestId: null },
      { kind: "error", upstreamCode: null, requestId: null },
    ]);
  });
});
