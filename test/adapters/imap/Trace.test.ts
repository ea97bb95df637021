import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Redacted } from "effect"
import type { Command } from "../../../src/adapters/imap/grammar/Command.ts"
import { decode } from "../../../src/adapters/imap/grammar/Decode.ts"
import { describe as told } from "../../../src/adapters/imap/Trace.ts"
import { fromLatin1 } from "../../../src/domain/message/Latin1.ts"
import { makeAccount } from "../../imap/Account.ts"
import { connect } from "../../imap/Transcript.ts"
import { taggedCommand } from "./grammar/ArbitraryCommand.ts"

/** The same command with other words of the client's own: whatever is no word of the grammar. */
const withSecrets = (value: unknown, secret: string): unknown => {
  if (typeof value === "string") return value + secret
  if (Redacted.isRedacted(value)) return Redacted.make(secret)
  if (value instanceof Uint8Array) return fromLatin1(secret)
  if (Array.isArray(value)) return value.map((item) => withSecrets(item, secret))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === "_tag" ? inner : withSecrets(inner, secret)])
  )
}

const parsed = (line: string): string => {
  const decoded = decode(fromLatin1(`a ${line}`))
  return decoded._tag === "Success" ? told(decoded.success.command) : assert.fail(decoded.failure.sentence)
}

describe("what is traced of a command", () => {
  it("is what the grammar has", () => {
    const tellings: ReadonlyArray<readonly [line: string, told: string]> = [
      [
        "UID FETCH 1:3,7:* (FLAGS BODY.PEEK[1.2.HEADER.FIELDS (Subject)]<0.100>) (CHANGEDSINCE 9)",
        "Fetch uid set=(1:3 7:*) items=(Flags Body(section=(path=(1 2) text=HEADER.FIELDS fields=(…)) " +
        "partial=(offset=0 length=100) peek)) changedSince=9"
      ],
      [
        String.raw`STORE $ +FLAGS.SILENT (\Seen Project-Falcon)`,
        String.raw`Store set=$ operation=add silent flags=(\Seen …)`
      ],
      ["SELECT INBOX", "Select mailbox=INBOX"],
      ["SELECT Love/Letters", "Select mailbox=…"],
      ["LOGIN alice@leap.test INBOX", "Login user=… password=…"],
      ["SEARCH TEXT ALL HEADER TEXT sent", "Search key=And(keys=(Text(field=TEXT text=…) Header(field=… text=…)))"],
      [
        "APPEND Sent (\\Seen) {5+}\r\na: b\n",
        String.raw`Append mailbox=… messages=((flags=(\Seen) parts=(Text(octets=5 octets))))`
      ],
      ["UID COPY 1,3,5,7,9,11,13,15,17 INBOX", "Copy uid set=(1 3 5 7 9 11 13 15 and 1 more) mailbox=INBOX"]
    ]
    for (const [line, expected] of tellings) assert.strictEqual(parsed(line), expected)
  })

  it.prop("is nothing that the client made up", { taggedCommand }, ({ taggedCommand }) => {
    const secret = "falcon"
    assert.notInclude(told(withSecrets(taggedCommand.command, secret) as Command), secret)
  })
})

describe("a traced session", () => {
  it.effect("tells commands and how they ended, and no secret, search string or mail", () =>
    Effect.gen(function*() {
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>(({ message }) => void lines.push(String(message)))
      const { accounts } = yield* makeAccount("memory")
      const client = yield* connect(accounts, { isTraced: true }).pipe(Effect.provide(Logger.layer([logger])))
      const plain = Buffer.from("\0alice@leap.test\0correct horse").toString("base64")
      const said = [
        "LOGIN alice@leap.test \"wrong-horse\" extra",
        "AUTHENTICATE PLAIN",
        "*",
        `AUTHENTICATE PLAIN ${plain}`,
        "ID (\"name\" \"falcon mail\")",
        "CREATE falcon/nest",
        "APPEND falcon/nest (falcon-flag) {23+}\r\nSubject: falcon\r\n\r\nnest",
        "SELECT falcon/nest",
        "SEARCH SUBJECT falcon BODY {4+}\r\nnest",
        "FETCH 1 (FLAGS BODY[HEADER.FIELDS (X-Falcon)] BODY[])",
        "STORE 1 +FLAGS (falcon-flag \\Seen)",
        "STATUS falcon/none (MESSAGES)",
        "DELETE falcon/nest",
        plain,
        "LOGOUT"
      ]
      for (const [at, command] of said.entries()) {
        yield* client.send(command === "*" ? "*\r\n" : `falcon${at} ${command}\r\n`)
      }
      while ((yield* client.line) !== "(closed)") continue
      const all = lines.join("\n")
      for (const secret of ["falcon", "nest", "horse", "alice", "leap.test", plain]) {
        assert.notInclude(all.toLowerCase(), secret.toLowerCase())
      }
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/ \(\d+\.\d ms, \d+ octets in, \d+ out\)$/, " (…)")),
        [
          "imap 1: connected",
          "imap 1: cannot be read -> BAD expected the end of the command (at character 45) (…)",
          "imap 1: Authenticate mechanism=PLAIN -> BAD (…)",
          "imap 1: Authenticate mechanism=PLAIN initial=… -> OK [Capability] (…)",
          "imap 1: Id -> OK (…)",
          "imap 1: Create mailbox=… uses=() -> OK [MailboxId] (…)",
          "imap 1: Append mailbox=… messages=((flags=(…) parts=(Text(octets=23 octets)))) -> OK [AppendUid] (…)",
          "imap 1: Select mailbox=… -> OK [READ-WRITE] (…)",
          "imap 1: Search key=And(keys=(Text(field=SUBJECT text=…) Text(field=BODY text=…))) -> OK (…)",
          "imap 1: Fetch set=(1) items=(Flags Body(section=(path=() text=HEADER.FIELDS fields=(…))) " +
          "Body(section=(path=() text=ALL))) -> OK (…)",
          String.raw`imap 1: Store set=(1) operation=add flags=(… \Seen) -> OK (…)`,
          "imap 1: Status mailbox=… items=(MESSAGES) -> NO [NONEXISTENT] (…)",
          "imap 1: Delete mailbox=… -> OK (…)",
          "imap 1: cannot be read -> BAD there is no such command (at character 10) (…)",
          "imap 1: Logout -> OK (…)",
          "imap 1: gone: logged out"
        ]
      )
    }))
})
