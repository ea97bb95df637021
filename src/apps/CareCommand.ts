/** `leap-mail backup` and `leap-mail verify`: an account's store, copied and walked beside a running `leap-mail serve`. */
import { Console, Effect, Layer, type Option, Path, Schema, Stream } from "effect"
import { Argument, Command } from "effect/cli"
import * as MaintenanceSqlite from "../adapters/sqlite/MaintenanceSqlite.ts"
import * as SqliteClient from "../adapters/sqlite/SqliteClient.ts"
import type { Address } from "../domain/account/Address.ts"
import { type Finding, Maintenance } from "../ports/Maintenance.ts"
import { accountFlag, jsonFlag } from "./AccountCommand.ts"
import * as Chosen from "./Chosen.ts"
import * as MailFile from "./MailFile.ts"
import { unlockHere } from "./Unlock.ts"

const inMaintenance = Effect.fnUntraced(
  function*<A, E, R>(account: Option.Option<Address>, act: Effect.Effect<A, E, R>) {
    const { chosen, passphrase } = yield* Chosen.choose(account)
    const file = yield* MailFile.fileOf(yield* unlockHere(chosen, passphrase, true))
    return yield* Effect.provide(act, Layer.provide(MaintenanceSqlite.layer(file), SqliteClient.layer(file)))
  }
)

export const backup = Command.make(
  "backup",
  {
    file: Argument.String("file").pipe(Argument.withDescription("Where the copy goes; it must not be there yet")),
    account: accountFlag,
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ account, file, json }) {
    const path = yield* Path.Path
    const to = path.resolve(file)
    const octets = yield* inMaintenance(account, Effect.flatMap(Maintenance, (maintenance) => maintenance.backup(to)))
    yield* Console.log(
      json
        ? JSON.stringify({ file: to, octets })
        : `${to}: ${octets} octets, encrypted like the original. Its keys are in slots.json of the account's folder: ` +
          "keep a copy of that, too."
    )
  })
).pipe(Command.withDescription("A copy of an account's mail, as of one moment, encrypted under the same key"))

export class Damaged extends Schema.TaggedError<Damaged>()("Damaged", { count: Schema.Int }) {
  override get message(): string {
    return `${this.count} damaged: restore from a backup, or take this device's folder away and join the account anew`
  }
}

type Told = Exclude<Finding, { readonly _tag: "Checked" }>

const placesOf = (finding: Told): string =>
  finding._tag === "FileDamaged"
    ? "the file"
    : finding._tag === "MailboxDamaged"
    ? finding.mailbox
    : finding.places.map(({ mailbox, uid }) => `${mailbox}, uid ${uid}`).join("; ") || "a message in no mailbox"

const line = (finding: Told): string =>
  `${placesOf(finding)}  ${finding._tag === "MessageStale" ? "outdated" : "damaged"}  ${finding.reason}`

/** Each finding is told as it is found. */
const walk = Effect.fnUntraced(function*(json: boolean) {
  const maintenance = yield* Maintenance
  let [damaged, messages, octets] = [0, 0, 0]
  yield* Stream.runForEach(maintenance.verify, (finding) => {
    if (finding._tag === "Checked") {
      ;({ messages, octets } = finding)
      return Effect.void
    }
    if (finding._tag !== "MessageStale") damaged++
    return Console.log(json ? JSON.stringify(finding) : line(finding))
  })
  yield* Console.log(
    json ? JSON.stringify({ damaged, messages, octets }) : `${messages} messages with ${octets} octets were read.`
  )
  if (damaged > 0) return yield* new Damaged({ count: damaged })
})

export const verify = Command.make(
  "verify",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    yield* inMaintenance(account, walk(json))
  })
).pipe(Command.withDescription("Reads all of an account's mail and says what is damaged, message by message"))
