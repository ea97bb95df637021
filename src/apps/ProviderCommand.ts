/** `leap-mail provider ...`: for whoever runs one. */
import { Console, Duration, Effect, Option, Schedule } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { drain } from "../adapters/maildir/MaildirSpool.ts"
import { formatDate } from "../domain/message/Date.ts"
import * as Provider from "./Provider.ts"
import * as Accounts from "./ProviderAccounts.ts"
import { ingest as ingestMessage } from "./ProviderArrival.ts"
import * as Ready from "./ProviderReady.ts"
import * as ProviderSettings from "./ProviderSettings.ts"
import * as ProviderStorage from "./ProviderStorage.ts"

const json = Flag.Boolean("json").pipe(Flag.withDescription("Answer in JSON"), Flag.withDefault(false))

const storeFlag = Flag.String("store").pipe(
  Flag.withDescription("postgres://user:password@host/database, or the path of an SQLite file (LEAP_MAIL_STORE)"),
  Flag.optional
)

const root = Command.make("provider").pipe(
  Command.withDescription("Keep mail for many people, and be able to read none of it"),
  Command.withSharedFlags({ store: storeFlag, json })
)

const domain = Flag.String("domain").pipe(
  Flag.withDescription("Whose mail is kept here; may be given again (LEAP_MAIL_DOMAINS)"),
  Flag.atLeast(0)
)

const serve = Command.make(
  "serve",
  {
    domain
  },
  Effect.fnUntraced(function*({ domain }) {
    const { json, store } = yield* root
    const settings = yield* ProviderSettings.load({ store, domains: domain })
    const doors = yield* Provider.start(settings)
    yield* Console.log(json ? Ready.json(doors, settings) : Ready.text(doors, settings))
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription("Take mail, keep it encrypted, and keep the devices of its accounts in step"))

const MAX_SIZE = 50 * 1024 * 1024

const ingest = Command.make(
  "ingest",
  {
    domain,
    folder: Argument.String("folder"),
    to: Flag.String("to").pipe(
      Flag.withDescription("Whose mail all of it is; else each message's Delivered-To says it"),
      Flag.optional
    ),
    watch: Flag.Boolean("watch").pipe(
      Flag.withDescription("Look again every second, until it is stopped"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ domain, folder, to, watch }) {
    const { json, store } = yield* root
    const settings = yield* ProviderSettings.load({ store, domains: domain })
    const take = ingestMessage({ domains: settings.domains, name: settings.name }, Option.getOrUndefined(to))
    const once = Effect.flatMap(drain(folder, MAX_SIZE, take), (done) =>
      watch && done.taken === 0
        ? Effect.void
        : Console.log(json ? JSON.stringify(done) : `${done.taken} messages taken, ${done.left} left.`))
    const work = watch ? Effect.asVoid(Effect.repeat(once, Schedule.spaced("1 second"))) : once
    yield* Effect.provide(work, Provider.layerArrival(settings))
  }, Effect.scoped)
).pipe(Command.withDescription("Take in the mail that another server wrote to a maildir"))

/** On the store itself: it need not be served meanwhile. */
const onStore = Effect.fnUntraced(function*<A, E, R>(work: Effect.Effect<A, E, R>) {
  const { store } = yield* root
  const address = yield* ProviderSettings.loadStore(store)
  yield* ProviderStorage.mustExist(address)
  return yield* Effect.provide(work, ProviderStorage.layer(address))
})

const tell = Effect.fnUntraced(function*(fact: unknown, sentence: string) {
  const { json } = yield* root
  yield* Console.log(json ? JSON.stringify(fact) : sentence)
})

const address = Argument.String("address")

const days = Flag.Int("days").pipe(
  Flag.withDescription("How long it can be used"),
  Flag.withDefault(7),
  Flag.filter((days) => days >= 1, () => "one day at least")
)

const DAY = Duration.toMillis("1 day")

const tellInvitation = ({ address, code, expiresAt, uses }: Accounts.Invitation) =>
  tell(
    { code, address: address ?? null, uses, expiresAt },
    [
      `Invitation: ${code}`,
      `It can be used ${uses === 1 ? "once" : `${uses} times`}, until ${formatDate(expiresAt)}.`,
      "",
      `  leap-mail account create ${address ?? "ADDRESS"} --provider URL --invite ${code}`
    ].join("\n")
  )

const add = Command.make(
  "add",
  { address, days },
  Effect.fnUntraced(function*({ address, days }) {
    yield* tellInvitation(yield* onStore(Accounts.add(address, Duration.millis(days * DAY))))
  })
).pipe(Command.withDescription("Keep an address for its owner, who opens the account with the code that is told"))

const size = (bytes: number): string => {
  const units = ["B", "K", "M", "G", "T"]
  const power = bytes === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${Math.ceil(bytes / 1024 ** power)}${units[power] ?? ""}`
}

const line = ({ address, aliases, isDisabled, quota, used }: Accounts.ListedAccount): string =>
  [
    address.padEnd(40),
    `${size(used)} of ${quota === undefined ? "any" : size(quota)}`.padEnd(16),
    ...isDisabled ? ["disabled"] : [],
    ...aliases
  ].join(" ").trimEnd()

const list = Command.make(
  "list",
  {},
  Effect.fnUntraced(function*() {
    const listed = yield* onStore(Accounts.list())
    yield* tell(
      listed.map(({ quota, ...account }) => ({ ...account, quota: quota ?? null })),
      listed.length === 0 ? "No account yet: one is there when its owner has made it." : listed.map(line).join("\n")
    )
  })
).pipe(Command.withDescription("All accounts, with what they use and their aliases"))

const disable = Command.make(
  "disable",
  { address },
  Effect.fnUntraced(function*({ address }) {
    yield* onStore(Accounts.setDisabled(address, true))
    yield* tell({ address, isDisabled: true }, `${address} can neither log in nor receive mail. Nothing is lost.`)
  })
).pipe(Command.withDescription("No login, no mail; nothing is lost"))

const enable = Command.make(
  "enable",
  { address },
  Effect.fnUntraced(function*({ address }) {
    yield* onStore(Accounts.setDisabled(address, false))
    yield* tell({ address, isDisabled: false }, `${address} can log in and receive mail.`)
  })
).pipe(Command.withDescription("Undo disable"))

const remove = Command.make(
  "remove",
  { address },
  Effect.fnUntraced(function*({ address }) {
    yield* onStore(Accounts.remove(address))
    yield* tell({ address, isRemoved: true }, `${address} is gone, and all of it. Nobody can have the address again.`)
  })
).pipe(Command.withDescription("Delete an account and all that is kept of it"))

const alias = Command.make(
  "alias",
  {
    address,
    alias: Argument.String("alias"),
    remove: Flag.Boolean("remove").pipe(Flag.withDescription("Take the alias back"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function*({ address, alias, remove }) {
    yield* onStore(remove ? Accounts.removeAlias(address, alias) : Accounts.addAlias(address, alias))
    yield* tell(
      { address, alias, isRemoved: remove },
      remove ? `${alias} is no longer an alias.` : `Mail for ${alias} goes to ${address}.`
    )
  })
).pipe(Command.withDescription("Another address of an account; *@example.org takes what nobody else has"))

const quota = Command.make(
  "quota",
  { address, size: Argument.String("size") },
  Effect.fnUntraced(function*({ address, size }) {
    yield* onStore(Accounts.setQuota(address, size))
    yield* tell({ address, quota: size }, `${address} may use ${size === "none" ? "as much as there is" : size}.`)
  })
).pipe(Command.withDescription("How much an account may keep: 500M, 2G, none"))

const account = Command.make("account").pipe(
  Command.withDescription("The accounts of a provider"),
  Command.withSubcommands([add, list, disable, enable, remove, alias, quota])
)

const invite = Command.make(
  "invite",
  {
    uses: Flag.Int("uses").pipe(
      Flag.withDescription("How many accounts it opens"),
      Flag.withDefault(1),
      Flag.filter((uses) => uses >= 1, () => "one account at least")
    ),
    address: Flag.String("address").pipe(Flag.withDescription("For this address alone"), Flag.optional),
    days
  },
  Effect.fnUntraced(function*({ address, days, uses }) {
    const only = Option.isSome(address) ? yield* Accounts.addressOf(address.value) : undefined
    yield* tellInvitation(yield* onStore(Accounts.invite(only, uses, Duration.millis(days * DAY))))
  })
).pipe(Command.withDescription("A code that opens accounts"))

export const provider = root.pipe(Command.withSubcommands([serve, ingest, account, invite]))
