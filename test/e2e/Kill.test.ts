/** kill -9 in a stream of deliveries and submissions: what was answered for is there, once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { valuesOf } from "../domain/Correspondents.ts"
import { connect, type Login, messages } from "./MailReader.ts"
import { makeHome, type Ready, start } from "./Program.ts"

const DELIVERIES = 200
const SUBMISSIONS = 20
const settings = { LEAP_MAIL_PASSWORD: "secret" }
const ALICE = { address: "alice@leap.test", password: "secret" }
const BOB = { address: "bob@leap.test", password: "secret" }

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

const deliver = ({ lmtp }: Ready, number: number) =>
  send({
    port: lmtp.port,
    lmtp: true,
    from: "friend@elsewhere.test",
    to: [ALICE.address],
    raw: `From: friend@elsewhere.test\r\nSubject: delivery ${number}\r\n\r\nNumber ${number}.\r\n`
  })

const submit = ({ smtp }: Ready, number: number) =>
  send({
    port: smtp.port,
    from: ALICE.address,
    to: [BOB.address],
    raw: `From: alice@leap.test\r\nTo: bob@leap.test\r\nSubject: submission ${number}\r\n\r\nNumber ${number}.\r\n`,
    auth: { user: ALICE.address, pass: ALICE.password }
  })

/** One after another, as a queueing mail server does, so that at each answer nothing else is on its way. */
const stream = (ready: Ready, deliveries: ReadonlyArray<number>, submissions: ReadonlyArray<number>) =>
  Effect.forEach(deliveries, (number, index) => {
    const submission = index % 10 === 0 ? submissions[index / 10] : undefined
    return Effect.andThen(
      deliver(ready, number),
      submission === undefined ? Effect.void : submit(ready, submission)
    )
  }, { discard: true })

/** The numbers of that kind, each as often as it is there, when at least so many are. */
const found = Effect.fnUntraced(function*({ imap }: Ready, login: Login, kind: string, count: number) {
  const client = yield* connect(imap, login)
  const exist = Effect.tryPromise(() => client.status("INBOX", { messages: true }))
  yield* Effect.repeat(exist, {
    schedule: Schedule.spaced("100 millis"),
    until: (status) => status !== false && (status.messages ?? 0) >= count
  })
  yield* Effect.tryPromise(() => client.mailboxOpen("INBOX"))
  const subjects = (yield* messages(client)).flatMap(({ bytes }) => valuesOf(bytes, "Subject"))
  return subjects.filter((subject) => subject.startsWith(kind))
    .map((subject) => Number(subject.slice(kind.length)))
    .toSorted((a, b) => a - b)
})

describe("kill -9", () => {
  it.live(`in a stream of ${DELIVERIES} deliveries: all are there once, and what was submitted arrives once`, () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const [deliveries, submissions] = [numbers(DELIVERIES), numbers(SUBMISSIONS)]
      const [half, few] = [DELIVERIES / 2, SUBMISSIONS / 2]
      const first = yield* start(home, settings)
      yield* stream(first.ready, deliveries.slice(0, half), submissions.slice(0, few))
      // What came is being decrypted and stored, what was submitted is in the outbox or on its way.
      yield* first.stop("SIGKILL")
      const second = yield* start(home, settings)
      yield* stream(second.ready, deliveries.slice(half), submissions.slice(few))
      // Alice has a welcome, too.
      assert.deepStrictEqual(yield* found(second.ready, ALICE, "delivery ", DELIVERIES + 1), deliveries)
      assert.deepStrictEqual(yield* found(second.ready, BOB, "submission ", SUBMISSIONS), submissions)
    }))
})
