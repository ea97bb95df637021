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

/** The numbers of that kind in the INBOX, each as often as it is there, as soon as `isEnough`. */
const found = Effect.fnUntraced(function*(
  imap: Ready["imap"],
  login: Login | undefined,
  kind: Task["kind"],
  isEnough: (numbers: ReadonlySet<number>) => boolean
) {
  if (login === undefined) return assert.fail("no account")
  const client = yield* connect(imap, login)
  yield* Effect.tryPromise(() => client.mailboxOpen("INBOX"))
  const subjects = Effect.map(messages(client), (all) => all.flatMap(({ bytes }) => valuesOf(bytes, "Subject")))
  const arrived = Effect.map(subjects, (all) =>
    all.filter((subject) => subject.startsWith(kind))
      .map((subject) => Number(subject.slice(kind.length)))
      .toSorted((a, b) => a - b))
  return yield* Effect.repeat(arrived, {
    schedule: Schedule.spaced("500 millis"),
    until: (numbers) => isEnough(new Set(numbers))
  })
}, Effect.scoped)

describe("kill -9", () => {
  it.live(`in the middle of ${DELIVERIES} deliveries, some of them half sent: all are there, once`, () =>
    Effect.gen(function*() {
      const home = yield* makeHome
      const first = yield* start(home)
      // What came is being received, encrypted, decrypted and stored; what was submitted is in the outbox or on its way.
      const { answered, underWay } = yield* stream(first.ready, first.stop("SIGKILL"))
      assert.isAbove(underWay.length, 0)
      const { ready } = yield* start(home)
      const [alice, bob] = ready.accounts

      // Mail comes in the order in which it was taken: what is behind a later one was not taken.
      const later: ReadonlyArray<Task> = [DELIVERIES, DELIVERIES + 1].map((number) => ({ kind: "delivery", number }))
      const numbersUntil = Effect.fnUntraced(function*(last: Task) {
        yield* deliver(ready, last)
        return yield* found(ready.imap, alice, "delivery", (arrived) => arrived.has(last.number))
      })
      const taken = yield* numbersUntil(later[0]!)
      assert.deepStrictEqual(taken, [...new Set(taken)])
      const isTaken = (task: Task) => task.kind === "delivery" ? taken.includes(task.number) : answered.has(task)
      for (const task of answered) assert.isTrue(isTaken(task), `${task.kind} ${task.number}`)
      yield* Effect.forEach(
        tasks.filter((task) => !isTaken(task)),
        (task) => task.kind === "delivery" ? deliver(ready, task) : submit(ready, task),
        { concurrency: AT_A_TIME, discard: true }
      )
      assert.deepStrictEqual(yield* numbersUntil(later[1]!), numbers(DELIVERIES + later.length))

      // An answer that the kill swallowed is a message that comes twice (RFC 5321, section 6.1): nobody else's may.
      const sent = yield* found(ready.imap, bob, "submission", (arrived) => arrived.size === SUBMISSIONS)
      assert.deepStrictEqual([...new Set(sent)], numbers(SUBMISSIONS))
      const again = sent.filter((number, index) => sent[index - 1] === number)
      const mayComeTwice = underWay.filter(({ kind }) => kind === "submission").map(({ number }) => number)
      for (const number of again) assert.include(mayComeTwice, number)
    }))
})
