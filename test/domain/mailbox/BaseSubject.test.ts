import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import * as BaseSubject from "../../../src/domain/mailbox/BaseSubject.ts"

describe("BaseSubject (RFC 5256 §2.1)", () => {
  const table: ReadonlyArray<readonly [subject: string, base: string, isReply: boolean]> = [
    ["hello", "hello", false],
    ["  hello \t\r\n  world  ", "hello world", false],
    // Step 2
    ["hello (fwd)", "hello", true],
    ["hello (fwd) (FWD) ", "hello", true],
    ["hello(fwd)", "hello", true],
    ["(fwd)", "", true],
    ["hello fwd", "hello fwd", false],
    // Step 3
    ["Re: hello", "hello", true],
    ["RE:hello", "hello", true],
    ["fw: fwd: FWD: re: hello", "hello", true],
    ["Re : hello", "hello", true],
    ["Re[2]: hello", "hello", true],
    ["Re [list] : hello", "hello", true],
    ["[list] Re: hello", "hello", true],
    ["[a] [b][c] re: [d] fw[e]: hello", "hello", true],
    ["re:", "", true],
    ["refer: hello", "refer: hello", false],
    ["reply: hello", "reply: hello", false],
    ["re hello", "re hello", false],
    ["Re[2 : hello", "Re[2 : hello", false],
    ["Re[a][b]: hello", "Re[a][b]: hello", false],
    ["Aw: hello", "Aw: hello", false],
    // Step 4
    ["[list] hello", "hello", false],
    ["[a] [b] hello", "hello", false],
    ["[list]", "[list]", false],
    ["[a][b] ", "[b]", false],
    ["Re: [list]", "[list]", true],
    ["[unfinished hello", "[unfinished hello", false],
    ["[a[b] hello", "[a[b] hello", false],
    ["hello [list]", "hello [list]", false],
    // Step 6
    ["[fwd: hello]", "hello", true],
    ["[Fwd: Re: [list] hello (fwd)]", "hello", true],
    ["[fwd: [fwd: hello]]", "hello", true],
    ["[fwd:]", "", true],
    ["[fwd:", "[fwd:", false],
    ["[fwd: hello] world", "world", false],
    ["Re: [fwd: hello (fwd)]  ", "hello", true],
    ["[re: hello]", "[re: hello]", false],
    ["", "", false]
  ]
  for (const [subject, text, isReply] of table) {
    it(JSON.stringify(subject), () => assert.deepStrictEqual(BaseSubject.ofText(subject), { text, isReply }))
  }

  it("decodes encoded-words first (step 1)", () => {
    assert.deepStrictEqual(BaseSubject.ofHeader("=?UTF-8?Q?Re=3A_gr=C3=BC=C3=9Fe?= =?utf-8?b?IChmd2Qp?="), {
      text: "grüße",
      isReply: true
    })
    assert.deepStrictEqual(BaseSubject.ofHeader(undefined), { text: "", isReply: false })
  })

  const tokens = Schema.Literals([
    "re",
    "fwd",
    "fw",
    ":",
    "[",
    "]",
    "[fwd:",
    "(fwd)",
    "[list]",
    " ",
    "x",
    "é",
    "\t",
    "RE:",
    "(",
    ")"
  ])
  const subject = Arbitrary.map(Arbitrary.array(Arbitrary.schema(tokens), { maxLength: 24 }), (all) => all.join(""))

  it.prop("a base subject is its own", { subject }, ({ subject }) => {
    const { text } = BaseSubject.ofText(subject)
    return BaseSubject.ofText(text).text === text && !BaseSubject.ofText(text).isReply
  }, { arbitrary: { runs: 2000 } })

  it.prop("is part of the subject, and its own reply's", { subject }, ({ subject }) => {
    const { text } = BaseSubject.ofText(subject)
    return subject.replaceAll(/\s+/g, " ").includes(text) && BaseSubject.ofText(`Re: ${text}`).text === text
  }, { arbitrary: { runs: 500 } })

  it("is linear in hostile subjects", () => {
    for (const bait of ["[a]", "[", "re:", "[fwd:", "re [", "(fwd)", "[a] re ", "re[x]"]) {
      BaseSubject.ofText(bait.repeat(100_000))
      BaseSubject.ofText(`${bait.repeat(100_000)}x${"]".repeat(100_000)}`)
    }
  })
})
