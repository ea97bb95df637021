/** A provider for leap.test and a client with two accounts, in one process: the whole circle for a newcomer. */
import { Clock, Effect, Fiber, Path, Redacted, Stream } from "effect"
import * as NodemailerTransport from "../adapters/nodemailer/NodemailerTransport.ts"
import { Address } from "../domain/account/Address.ts"
import type { MailStore } from "../ports/MailStore.ts"
import { MailTransport } from "../ports/MailTransport.ts"
import * as AccountFolder from "./AccountFolder.ts"
import { isAlive } from "./Alive.ts"
import * as Client from "./Client.ts"
import * as Home from "./Home.ts"
import * as Password from "./Password.ts"
import * as Provider from "./Provider.ts"
import * as ProviderLink from "./ProviderLink.ts"
import * as ProviderSettings from "./ProviderSettings.ts"
import type { Ready } from "./Ready.ts"
import * as Settings from "./Settings.ts"
import * as Tls from "./Tls.ts"
import { QUICKSTART, unlock, type Unlocked } from "./Unlock.ts"
import { welcome } from "./Welcome.ts"

const DOMAIN = "leap.test"
const ALICE = Address.make(`alice@${DOMAIN}`)
const BOB = Address.make(`bob@${DOMAIN}`)

const urlOf = ({ host, port }: Settings.Endpoint): string => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Through the front door, once in the life of a home; answers when it is in the mailbox. */
const sendWelcome = Effect.fnUntraced(
  function*(home: string, lmtp: Settings.Endpoint, store: MailStore["Service"]) {
    const path = yield* Path.Path
    const file = path.join(home, "welcomed")
    if ((yield* Home.read(file)) !== undefined) return
    const arrived = yield* store.changes.pipe(
      Stream.filter(({ _tag }) => _tag === "Changed"),
      Stream.runHead,
      Effect.forkChild({ startImmediately: true })
    )
    const bytes = welcome(ALICE, yield* Clock.currentTimeMillis)
    const transport = NodemailerTransport.layer({ ...lmtp, name: DOMAIN, lmtp: true })
    yield* Effect.flatMap(MailTransport, ({ send }) => send({ from: `welcome@${DOMAIN}`, to: [ALICE], bytes })).pipe(
      Effect.provide(transport)
    )
    yield* Home.write(file, "The welcome message was sent.\n")
    yield* Fiber.join(arrived)
  }
)

/** Answers when everything listens and the welcome is there; stops when the scope closes. */
export const start = Effect.gen(function*() {
  const path = yield* Path.Path
  const settings = yield* Settings.load()
  const { home } = settings
  const tls = yield* Tls.loadForClient(settings)
  yield* Home.open(home, process.pid, isAlive)
  const passwords = yield* Password.load(settings)
  const provider = yield* Provider.start({
    ...ProviderSettings.within(settings, DOMAIN, path.join(home, "provider", "store.db")),
    tls
  })
  const link = { api: urlOf(provider.provider), pin: null }
  const unlocked = yield* Effect.forEach(
    [ALICE, BOB],
    Effect.fnUntraced(function*(address) {
      const folder = path.join(home, "client", address)
      const { token, ...opened } = yield* unlock({ address, passwords, folder })
      // For commands that work on an account of this home.
      yield* AccountFolder.write(folder, {
        version: 1,
        address,
        provider: link.api,
        pin: null,
        device: QUICKSTART,
        api: link.api,
        submission: provider.submission,
        isDemo: true
      })
      const online = { token, submission: provider.submission, provider: link }
      const account: Unlocked = { ...opened, address, folder, appPassword: passwords.app, online }
      return account
    }),
    { concurrency: 2 }
  ).pipe(Effect.provide(ProviderLink.layerEnrolment(link)))
  const { accounts, ...doors } = yield* Client.start({ settings, tls, accounts: unlocked })
  yield* Effect.forEach(accounts, ({ settled }) => settled, { discard: true })
  for (const { address, store } of accounts) if (address === ALICE) yield* sendWelcome(home, provider.lmtp, store)
  const password = Redacted.value(passwords.app)
  const ready: Ready = {
    ...doors,
    ...provider,
    home,
    accounts: accounts.map(({ address }) => ({ address, password }))
  }
  return ready
})
