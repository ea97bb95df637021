/** Two nodes of a provider on one PostgreSQL behind a balancer, and kill -9 of a node and of the database. */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Redacted, Schedule, Stream } from "effect"
import { INBOX } from "../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { send } from "../adapters/smtp/SmtpClient.ts"
import { makeFolder, openDevice, platform } from "../apps/House.ts"
import { valuesOf } from "../domain/Correspondents.ts"
import { eventually } from "../Eventually.ts"
import * as Postgres from "../ports/Postgres.ts"
import { balance } from "./Balancer.ts"
import { makeHome, serveProvider } from "./Program.ts"

/** Milliseconds: feeds look for themselves every thirty seconds. What comes sooner was told by the other node. */
const BY_SIGNAL = 25_000

const deliver = ({ port }: { readonly port: number }, subject: string) =>
  send({
    port,
    lmtp: true,
    from: "friend@elsewhere.test",
    to: ["anna@leap.test"],
    raw: `From: friend@elsewhere.test\r\nSubject: ${subject}\r\n\r\n${subject}\r\n`
  })

/** As a mail server with a queue does: one after another, each until it is taken. Answers how often each was tried. */
const stream = Effect.fnUntraced(
  function*(door: () => { readonly port: number }, subjects: ReadonlyArray<string>) {
    const tries = new Map<string, number>()
    for (const subject of subjects) {
      const once = Effect.suspend(() => {
        tries.set(subject, (tries.get(subject) ?? 0) + 1)
        return deliver(door(), subject)
      })
      yield* Effect.retry(once, Schedule.spaced("200 millis"))
    }
    return tries
  }
)

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`)

layer(Layer.merge(Postgres.layer, platform), { excludeTestServices: true, timeout: "60 seconds" })(
  "two nodes",
  (it) => {
    it.effect("a device hears of what came to the other node; kill -9 of a node and of PostgreSQL lose nothing", () =>
      Effect.gen(function*() {
        const postgres = yield* Postgres.PostgresServer
        const store = Redacted.value(yield* postgres.createDatabase)
        const node = Effect.flatMap(
          makeHome,
          (home) =>
            serveProvider(home, ["--store", store, "--domain", "leap.test"], {
              LEAP_MAIL_REGISTRATION: "open",
              LEAP_MAIL_CHECK_SENDERS: "false"
            })
        )
        // Both make the tables, at the same time.
        const [one, two] = yield* Effect.all([node, node], { concurrency: 2 })
        const provider = yield* balance([one.ready.provider, two.ready.provider])
        const device = yield* openDevice({ provider, submission: two.ready.submission }, yield* makeFolder, "anna")
        const subjects = Effect.gen(function*() {
          const { id } = yield* device.store.mailbox(INBOX)
          const mail = yield* Stream.runCollect(device.store.fetch(id, UidSet.all, { bytes: true }))
          return mail.flatMap(({ bytes }) => bytes === undefined ? [] : valuesOf(bytes, "Subject"))
        })
        const until = (isSo: (subjects: ReadonlyArray<string>) => boolean) => eventually(device.store, subjects, isSo)
        const hasAll = (wanted: ReadonlyArray<string>) => (seen: ReadonlyArray<string>) =>
          wanted.every((subject) => seen.includes(subject))

        // Its feed is at the first node, and mail comes to the second.
        yield* deliver(one.ready.lmtp, "here")
        yield* until(hasAll(["here"]))
        const began = yield* Clock.currentTimeMillis
        yield* deliver(two.ready.lmtp, "there")
        yield* until(hasAll(["there"]))
        assert.isBelow((yield* Clock.currentTimeMillis) - began, BY_SIGNAL)

        const count = 30
        let door = one.ready.lmtp
        const first = yield* Effect.forkChild(stream(() => door, numbered("node", count)))
        yield* until((seen) => seen.includes("node 9"))
        yield* one.stop("SIGKILL")
        door = two.ready.lmtp
        const nodeTries = yield* Fiber.join(first)
        yield* until(hasAll(numbered("node", count)))

        const second = yield* Effect.forkChild(stream(() => door, numbered("database", count)))
        yield* until((seen) => seen.includes("database 9"))
        yield* postgres.kill
        assert.isTrue(Exit.isFailure(yield* Effect.exit(deliver(two.ready.lmtp, "while it is down"))))
        yield* postgres.start
        const databaseTries = yield* Fiber.join(second)
        const seen = yield* until(hasAll(numbered("database", count)))

        // Taken once, there once; what was tried again may have been taken before, and only the answer lost.
        for (const [subject, tries] of [...nodeTries, ...databaseTries]) {
          const copies = seen.filter((one) => one === subject).length
          assert.isTrue(tries === 1 ? copies === 1 : copies >= 1 && copies <= 2, `${subject}: ${copies} of ${tries}`)
        }
        assert.isAtLeast([...databaseTries.values()].filter((tries) => tries > 1).length, 1, "the database was away")
      }))
  }
)
