/** `leap-mail status`: what waits, on this device and at the provider; beside a running `leap-mail serve`. */
import { Console, DateTime, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyStoreSqlite from "../adapters/sqlite/KeyStoreSqlite.ts"
import * as OutboxSqlite from "../adapters/sqlite/OutboxSqlite.ts"
import * as Status from "../domain/mail/Status.ts"
import type { IncomingItem } from "../ports/IncomingQueue.ts"
import { accountFlag, jsonFlag } from "./AccountCommand.ts"
import * as Chosen from "./Chosen.ts"
import * as DeviceSession from "./DeviceSession.ts"
import * as KeysText from "./KeysText.ts"
import * as MailFile from "./MailFile.ts"
import * as ProviderLink from "./ProviderLink.ts"
import { unlockHere } from "./Unlock.ts"

/** Of the provider: what waits there, or why that is not known. */
type AtProvider =
  | { readonly incoming: ReadonlyArray<IncomingItem> }
  | { readonly incoming: null; readonly reason: string }

const unknown = (reason: string): AtProvider => ({ incoming: null, reason })

const time = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, 16).replace("T", " ")

const outgoingLine = ({ attempts, notBefore, offeredAt, size, to }: Status.Here["outgoing"][number]): string =>
  `  to ${to.join(", ")}  ${size} octets, since ${time(offeredAt)} UTC; ` +
  (attempts === 0 ? "not tried yet" : `tried ${attempts} times, again at ${time(notBefore)} UTC`)

const incomingLine = ({ arrivedAt, size }: IncomingItem): string => `  ${size} octets, since ${time(arrivedAt)} UTC`

const counted = (count: number, what: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => [
  count === 0 ? `Nothing ${what}.` : `${count === Status.MOST_INCOMING ? `${count} or more` : count} ${what}:`,
  ...lines
]

const text = (address: string, { keys, outgoing }: Status.Here, provider: AtProvider): string =>
  [
    address,
    ...counted(outgoing.length, "on the way out", outgoing.map(outgoingLine)),
    ...provider.incoming === null
      ? [`What waits at the provider is not known: ${provider.reason}`]
      : counted(provider.incoming.length, "waiting at the provider", provider.incoming.map(incomingLine)),
    ...counted(
      keys.length,
      "of keys waiting for you (`leap-mail keys pending`)",
      keys.map((key) => `  ${KeysText.line(key)}`)
    )
  ].join("\n")

export const status = Command.make(
  "status",
  {
    account: accountFlag,
    offline: Flag.Boolean("offline").pipe(Flag.withDescription("Without the network"), Flag.withDefault(false)),
    json: jsonFlag
  },
  Effect.fnUntraced(function*({ account, json, offline }) {
    const { chosen, passphrase } = yield* Chosen.choose(account)
    const { address, api, pin } = chosen.facts
    const unlocked = yield* unlockHere(chosen, passphrase, true)
    const here = yield* Effect.provide(
      Status.here(),
      Layer.provide(Layer.merge(KeyStoreSqlite.layer, OutboxSqlite.layer), MailFile.layer(unlocked))
    )
    const session = yield* DeviceSession.read(unlocked.folder, address, unlocked.secrets.databaseKey)
    const atProvider = offline
      ? unknown("it was not asked")
      : session === undefined
      ? unknown("this device is logged out; `leap-mail serve` logs in with the account's password")
      : yield* Status.incoming().pipe(
        Effect.map((incoming): AtProvider => ({ incoming })),
        Effect.provide(ProviderLink.layerSession({ api, pin }, session.token)),
        Effect.catch((error) => Effect.succeed(unknown(error.message)))
      )
    yield* Console.log(
      json ? JSON.stringify({ address, ...here, ...atProvider }) : text(address, here, atProvider)
    )
  })
).pipe(Command.withDescription("What waits: mail on the way out, mail at the provider, keys that need your decision"))
