/** kill -9 in a stream of deliveries and submissions: what was answered for is there, once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { valuesOf } from "../domain/Correspondents.ts"
import { connect, type Login, messages } from "./MailReader.ts"
import { makeHome, type Ready, start } from "./Program.ts"

const DELIVERIES = 200
const SUBMISSIONS = 20
const AT_A_TIME = 8
const ALICE = "alice@leap.test"
const BOB = "bob@leap.test"

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

const deliver = ({ lmtp }: Ready, { number }: Task) =>
  send({
    port: lmtp.port,
    lmtp: true,
    from: "friend@elsewhere.test",
    to: [ALICE],
    raw: `From: friend@elsewhere.test\r\nSubject: delivery ${number}\r\n\r\nNumber ${number}.\r\n`
  })

const submit = ({ accounts: [alice], smtp }: Ready, { number }: Task) =>
  send({
    port: smtp.port,
    from: ALICE,
    to: [BOB],
    raw: `From: alice@leap.test\r\nTo: bob@leap.test\r\nSubject: submission ${number}\r\n\r\nNumber ${number}.\r\n`,
    auth: { user: ALICE, pass: alice!.password }
  })

interface Task {
  readonly kind: "delivery" | "submission"
  readonly number: number
}

/** Ten deliveries, a submission, and so on. */
const tasks: ReadonlyArray<Task> = numbers(DELIVERIES).flatMap((number): ReadonlyArray<Task> =>
  number % 10 === 0
    ? [{ kind: "submission", number: number / 10 }, { kind: "delivery", number }]
    : [{ kind: "delivery", number }]
)

/**
 * As queueing mail servers do: some at a time, and what is not answered for is to be sent again. When half are answered for,
 * `cut` is run, while others are under way.
 */
const stream = Effect.fnUntraced(function*<A>(ready: Ready, cut: Effect.Effect<A>) {
  const started = new Set<Task>()
  const answered = new Set<Task>()
  let underWay: ReadonlyArray<Task> = []
  yield* Effect.forEach(
    tasks,
    Effect.fnUntraced(function*(task) {
      if (underWay.length > 0) return
      started.add(task)
      const isAnswered = yield* Effect.match(task.kind === "delivery" ? deliver(ready, task) : submit(ready, task), {
        onSuccess: () => true,
        onFailure: () => false
      })
      if (!isAnswered) return
      answered.add(task)
      if (answered.size !== tasks.length / 2) return
      underWay = [...started].filter((task) => !answered.has(task))
      yield* cut
    }),
    { concurrency: AT_A_TIME, discard: true }
  )
  return { answered, underWay }
})

/** The numbers of that kind in the INBOX, each as often as it is there, when all have come. */
const found = Effect.fnUntraced(function*(imap: Ready["imap"], login: Login, kind: string, count: number) {
  const client = yield* connect(imap, login)
  yield* Effect.tryPromise(() => client.mailboxOpen("INBOX"))
  const subjects = Effect.map(messages(client), (all) => all.flatMap(({ bytes }) => valuesOf(bytes, "Subject")))
  const arrived = Effect.map(subjects, (all) =>
    all.filter((subject) => subject.startsWith(kind))
      .map((subject) => Number(subject.slice(kind.length)))
      .toSorted((a, b) => a - b))
  return yield* Effect.repeat(arrived, {
    schedule: Schedule.spaced("500 millis"),
    until: (numbers) => new Set(numbers).size === count
  })
})

describe("kill -9", () => {
  it.live(`in the middle of ${DELIVERIES} deliveries, some of them half sent: all are there, what was answered for once`, () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const first = yield* start(home)
      // What came is being received, encrypted, decrypted and stored; what was submitted is in the outbox or on its way.
      const { answered, underWay } = yield* stream(first.ready, first.stop("SIGKILL"))
      assert.isAbove(underWay.length, 0)
      const { ready } = yield* start(home)
      yield* Effect.forEach(
        tasks.filter((task) => !answered.has(task)),
        (task) => task.kind === "delivery" ? deliver(ready, task) : submit(ready, task),
        { concurrency: AT_A_TIME, discard: true }
      )
      // An answer that the kill swallowed is a message that comes twice (RFC 5321, section 6.1): nobody else's may.
      const twice = ({ kind, number }: Task) => underWay.some((task) => task.kind === kind && task.number === number)
      const [alice, bob] = ready.accounts
      for (const [kind, count, login] of [["delivery", DELIVERIES, alice], ["submission", SUBMISSIONS, bob]] as const) {
        const arrived = yield* found(ready.imap, login!, `${kind} `, count)
        assert.deepStrictEqual([...new Set(arrived)], numbers(count))
        const again = arrived.filter((number, index) => arrived[index - 1] === number)
        assert.isTrue(again.every((number) => twice({ kind, number })), `${kind} ${again.join()} came twice`)
      }
    }))
})
