/** `leap-mail serve`: all accounts of this device, for mail programs. */
import { Console, Effect, Redacted } from "effect"
import { Command, Flag } from "effect/cli"
import * as AccountFolder from "./AccountFolder.ts"
import { isAlive } from "./Alive.ts"
import * as Ask from "./Ask.ts"
import * as Client from "./Client.ts"
import * as Home from "./Home.ts"
import * as Ready from "./Ready.ts"
import * as Settings from "./Settings.ts"
import * as Tls from "./Tls.ts"
import { unlockHere } from "./Unlock.ts"

/** One after another: each may ask for its password. */
const unlockAll = Effect.fnUntraced(function*(home: string, isOffline: boolean) {
  const accounts = yield* AccountFolder.list(home)
  if (accounts.length === 0) {
    return yield* new AccountFolder.NoSuchAccount({
      reason: `There is no account in ${home}: make one with \`leap-mail account create\`, ` +
        "or bring one with `leap-mail account join`."
    })
  }
  return yield* Effect.forEach(
    accounts,
    (account) =>
      Effect.flatMap(Ask.passphrase(account.facts.address), (passphrase) => unlockHere(account, passphrase, isOffline))
  )
})

const start = Effect.fnUntraced(function*(isOffline: boolean) {
  const settings = yield* Settings.load()
  const { home } = settings
  const tls = yield* Tls.loadForClient(settings)
  yield* Home.open(home, process.pid, isAlive)
  const unlocked = yield* unlockAll(home, isOffline)
  const { accounts, ...doors } = yield* Client.start({ settings, tls, accounts: unlocked })
  const ready: Ready.ClientReady = {
    ...doors,
    home,
    accounts: unlocked.flatMap(({ address, appPassword }) =>
      appPassword === undefined ? [] : [{ address, password: Redacted.value(appPassword) }]
    )
  }
  return { ready, addresses: accounts.map(({ address }) => address) }
})

export const serve = Command.make(
  "serve",
  {
    json: Flag.Boolean("json").pipe(Flag.withDescription("One line of JSON when ready"), Flag.withDefault(false)),
    offline: Flag.Boolean("offline").pipe(
      Flag.withDescription("Stay off the network: what is here is read, what is sent waits"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ json, offline }) {
    const { addresses, ready } = yield* start(offline)
    yield* Console.log(json ? JSON.stringify(ready) : Ready.clientText(ready, addresses))
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription("Open the accounts of this device for mail programs"))
