/** What a person chose of a mailbox's contents, beside a running program: it looks again within a minute. */
import { Effect, Result } from "effect"
import * as KeepContents from "../../domain/mailbox/KeepContents.ts"
import type { MailboxName } from "../../domain/mailbox/Mailbox.ts"
import { KeyStore } from "../../ports/KeyStore.ts"
import { MailEngine } from "./MailEngine.ts"
import { migrate } from "./Migrations.ts"
import * as ReplicaContents from "./ReplicaContents.ts"
import { MIGRATIONS } from "./ReplicaSchema.ts"

export interface KeptContents {
  readonly mailbox: MailboxName
  readonly choice: KeepContents.KeepContents
  /** Octets of contents that the provider has too. */
  readonly here: number
  readonly elsewhere: number
}

export const make = Effect.gen(function*() {
  const { database, mailboxes, messages, metadata } = yield* MailEngine
  yield* KeyStore // tables that triggers of replication are on
  yield* migrate(database, "replica", MIGRATIONS)
  const contents = ReplicaContents.make(database.handle, messages)
  return {
    list: database.read((): ReadonlyArray<KeptContents> =>
      mailboxes.list().map(({ id, name }) => ({
        mailbox: name,
        choice: KeepContents.fromValue(metadata.read(id).get(KeepContents.ENTRY)),
        ...contents.measure(id)
      }))
    ),
    choose: (name: MailboxName, choice: KeepContents.KeepContents) =>
      database.writeResult(() =>
        Result.flatMap(
          mailboxes.named(name),
          ({ id }) => metadata.change(id, [[KeepContents.ENTRY, new TextEncoder().encode(KeepContents.encode(choice))]])
        )
      )
  }
})
