import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, type Options } from "./Transcript.ts"

const ALWAYS = ["CAPABILITY", "NOOP", "ID NIL", "LOGOUT"]
const BEFORE_LOGIN = [
  "LOGIN alice@leap.test \"correct horse\"",
  "AUTHENTICATE PLAIN AGFsaWNlQGxlYXAudGVzdABjb3JyZWN0IGhvcnNl"
]
const AFTER_LOGIN = [
  "ENABLE X-NOTHING",
  "NAMESPACE",
  "LIST \"\" *",
  "LSUB \"\" *",
  "SELECT INBOX",
  "EXAMINE INBOX",
  "STATUS INBOX (MESSAGES)",
  "CREATE New",
  "DELETE Archive",
  "RENAME Archive Old",
  "SUBSCRIBE Sent",
  "UNSUBSCRIBE Sent",
  "APPEND INBOX {3+}\r\na: ",
  "NOTIFY NONE",
  "NOTIFY SET (personal NONE)",
  "GETMETADATA INBOX /private/comment",
  "SETMETADATA \"\" (/private/comment \"x\")",
  "GETQUOTA \"\"",
  "GETQUOTAROOT INBOX",
  "APPEND INBOX CATENATE (TEXT {3+}\r\na: )"
]
const SELECTED = [
  "CHECK",
  "CLOSE",
  "UNSELECT",
  "EXPUNGE",
  "SEARCH ALL",
  "FETCH 1:* FLAGS",
  "STORE 1:* FLAGS ()",
  "COPY 1:* Sent",
  "MOVE 1:* Sent",
  "UID EXPUNGE 1",
  "UID SEARCH ALL",
  "UID FETCH 1 FLAGS",
  "UID STORE 1 FLAGS ()",
  "UID COPY 1 Sent",
  "UID MOVE 1 Sent"
]

/** The tagged reply to one command at the beginning of a session. */
const replyTo = Effect.fnUntraced(function*(begin: NonNullable<Options["begin"]>, command: string) {
  const { peer } = yield* makeStage({ begin })
  const client = yield* peer(1)
  if (begin === "greeted") yield* client.line
  yield* client.send(`t.1 ${command}\r\n`)
  for (;;) {
    const line = yield* client.line
    if (line.startsWith("t.1 ") || line === "(silence)") return line
  }
})

/** The state in which each list of commands begins to be right, and that in which it ends. */
const cases = [
  {
    state: "greeted",
    right: [...ALWAYS, ...BEFORE_LOGIN],
    wrong: [...AFTER_LOGIN, "IDLE", ...SELECTED],
    because: /^Log in/
  },
  { state: "loggedIn", right: [...ALWAYS, ...AFTER_LOGIN], wrong: SELECTED, because: /^Select a mailbox/ },
  { state: "loggedIn", right: [], wrong: BEFORE_LOGIN, because: /^\[CLIENTBUG\] You are logged in already/ },
  { state: "selected", right: [...ALWAYS, ...AFTER_LOGIN, ...SELECTED], wrong: BEFORE_LOGIN, because: /already/ }
] as const

describe("RFC 3501 §3 State and Flow Diagram", () => {
  for (const { because, right, state, wrong } of cases) {
    for (const command of right) {
      it.effect(`${state}: ${command.trim()} is right`, () =>
        Effect.gen(function*() {
          assert.match(yield* replyTo(state, command), /^t\.1 OK /)
        }))
    }
    for (const command of wrong) {
      it.effect(`${state}: ${command.trim()} is wrong`, () =>
        Effect.gen(function*() {
          const reply = yield* replyTo(state, command)
          assert.match(reply, /^t\.1 BAD /)
          assert.match(reply.slice("t.1 BAD ".length), because)
        }))
    }
  }
})
