/** `leap-mail devices list|add|rename|revoke`. */
import { Console, DateTime, Effect, Option, Redacted } from "effect"
import { Argument, Command } from "effect/cli"
import { qr } from "../adapters/uqr/Qr.ts"
import type { Address } from "../domain/account/Address.ts"
import { accountFlag, jsonFlag } from "./AccountCommand.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as Ask from "./Ask.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import type { Unlocked } from "./Unlock.ts"

const open = Effect.fnUntraced(function*(account: Option.Option<Address>) {
  const { home } = yield* Settings.load()
  const chosen = yield* AccountFolder.choose(home, account)
  return { chosen, passphrase: yield* Ask.passphrase(chosen.facts.address) }
})

const named = Argument.String("device").pipe(Argument.withDescription("Its id or its name"))

const isoOf = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))
const dayOf = (millis: number): string => isoOf(millis).slice(0, 16).replace("T", " ")

const list = Command.make(
  "list",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const { chosen, passphrase } = yield* open(account)
    const all = yield* Session.inSession(chosen, passphrase, () => Session.devices)
    if (json) {
      return yield* Console.log(JSON.stringify(all.map(({ createdAt, device, expiresAt, id, isCurrent, seenAt }) => ({
        id,
        name: device,
        isCurrent,
        createdAt: isoOf(createdAt),
        seenAt: isoOf(seenAt),
        expiresAt: isoOf(expiresAt)
      }))))
    }
    for (const { device, id, isCurrent, seenAt } of all) {
      yield* Console.log(`${id}  ${dayOf(seenAt)}  ${device}${isCurrent ? "  (this device)" : ""}`)
    }
  })
).pipe(Command.withDescription("The account's devices, when they were last seen, and which is this one"))

const joinText = ({ address }: Unlocked, provider: string, code: string): string =>
  [
    "On the other device, within ten minutes:",
    "",
    `  leap-mail account join ${address} --provider ${provider} --code`,
    "",
    `and there the code  ${code}`,
    "",
    qr(`leap-mail:join?${new URLSearchParams({ address, provider, code }).toString()}`)
  ].join("\n")

const add = Command.make(
  "add",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const { chosen, passphrase } = yield* open(account)
    const { provider } = chosen.facts
    yield* Session.inSession(
      chosen,
      passphrase,
      Effect.fnUntraced(function*(unlocked) {
        const { code, until } = yield* Session.makeCode(unlocked)
        const text = Redacted.value(code)
        yield* Console.log(
          json
            ? JSON.stringify({ address: unlocked.address, provider, code: text, until: isoOf(until) })
            : joinText(unlocked, provider, text)
        )
      })
    )
  })
).pipe(Command.withDescription("Show a code, and the same as a QR code, that lets another device join"))

const rename = Command.make(
  "rename",
  { device: named, name: Argument.String("name").pipe(Argument.withDescription("The new one")), account: accountFlag },
  Effect.fnUntraced(function*({ account, device, name }) {
    const { chosen, passphrase } = yield* open(account)
    yield* Session.inSession(chosen, passphrase, () => Session.rename(device, name))
    yield* Console.log(`${device} is called ${name} now.`)
  })
).pipe(Command.withDescription("Give a device another name"))

const revoke = Command.make(
  "revoke",
  { device: named, account: accountFlag },
  Effect.fnUntraced(function*({ account, device }) {
    const { chosen, passphrase } = yield* open(account)
    const revoked = yield* Session.inSession(chosen, passphrase, () => Session.revoke(device))
    yield* Console.log(
      `${revoked.device} is logged out. If somebody else has it, change the password too: \`leap-mail passwd\`.`
    )
  })
).pipe(Command.withDescription("Log a device out: its session and its mail programs' password are worth nothing"))

export const devices = Command.make("devices").pipe(
  Command.withDescription("The devices that are logged in to an account"),
  Command.withSubcommands([list, add, rename, revoke])
)
