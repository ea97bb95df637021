/** `leap-mail contents list|keep`: which mailboxes have their attachments on this device. */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as ContentsChoice from "../adapters/sqlite/ContentsChoice.ts"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as MailEngine from "../adapters/sqlite/MailEngine.ts"
import type { Address } from "../domain/account/Address.ts"
import * as KeepContents from "../domain/mailbox/KeepContents.ts"
import { accountFlag, jsonFlag } from "./AccountCommand.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as Ask from "./Ask.ts"
import * as MailFile from "./MailFile.ts"
import * as Settings from "./Settings.ts"
import { unlockHere } from "./Unlock.ts"

export class NotAChoice extends Schema.TaggedError<NotAChoice>()("NotAChoice", { text: Schema.String }) {
  override get message(): string {
    return `Say local or on-demand, with on-demand a size if you like, as in --budget 500M; this is neither: ${this.text}`
  }
}

/** Without the network, beside a running `leap-mail serve`. */
const inContents = Effect.fnUntraced(function*<A, E, R>(
  account: Option.Option<Address>,
  act: (contents: Effect.Success<typeof ContentsChoice.make>) => Effect.Effect<A, E, R>
) {
  const { home } = yield* Settings.load()
  const chosen = yield* AccountFolder.choose(home, account)
  const unlocked = yield* unlockHere(chosen, yield* Ask.passphrase(chosen.facts.address), true)
  return yield* Effect.flatMap(ContentsChoice.make, act).pipe(
    Effect.provide(
      Layer.provide(Layer.merge(Layer.fresh(MailEngine.layer), KeyStoreSqlite.layer), MailFile.layer(unlocked))
    )
  )
})

const megabytes = (octets: number): string => `${(octets / 1e6).toFixed(1)} MB`

const line = ({ choice, elsewhere, here, mailbox }: ContentsChoice.KeptContents): string => {
  const kept = choice._tag === "local" ? "local" : `on demand, up to ${megabytes(choice.budget)}`
  return `${mailbox}  ${kept}  (${megabytes(here)} here, ${megabytes(elsewhere)} at the provider only)`
}

const list = Command.make(
  "list",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const all = yield* inContents(account, ({ list }) => list)
    yield* Console.log(
      json
        ? JSON.stringify(all.map(({ choice, ...one }) => ({ ...one, keep: KeepContents.encode(choice) })))
        : all.map(line).join("\n")
    )
  })
).pipe(Command.withDescription("Mailboxes, and how much of their attachments is on this device"))

const keep = Command.make(
  "keep",
  {
    mailbox: Argument.String("mailbox"),
    choice: Argument.String("choice").pipe(Argument.withDescription("local or on-demand")),
    budget: Flag.String("budget").pipe(
      Flag.withDescription("With on-demand: how much of what was read stays, as 500M or 2G"),
      Flag.optional
    ),
    account: accountFlag
  },
  Effect.fnUntraced(function*({ account, budget, choice, mailbox }) {
    const text = [choice, ...Option.toArray(budget)].join(" ")
    const chosen = KeepContents.parse(text)
    if (chosen === undefined) return yield* new NotAChoice({ text })
    yield* inContents(account, (contents) => contents.choose(mailbox, chosen))
    yield* Console.log(
      chosen._tag === "local"
        ? `Attachments in ${mailbox} are kept on this device.`
        : `Attachments in ${mailbox} come when they are read; up to ${megabytes(chosen.budget)} of them stay.`
    )
  })
).pipe(Command.withDescription("Keep a mailbox's attachments on this device, or fetch them when they are read"))

export const contents = Command.make("contents").pipe(
  Command.withDescription("Attachments that are on this device, and those that come when they are read"),
  Command.withSubcommands([list, keep])
)
