/** A provider and devices of its accounts, in this process, each on files of its own. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, FileSystem, Layer, Option, Redacted } from "effect"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import * as Client from "../../src/apps/Client.ts"
import * as Provider from "../../src/apps/Provider.ts"
import * as ProviderLink from "../../src/apps/ProviderLink.ts"
import * as ProviderSettings from "../../src/apps/ProviderSettings.ts"
import type { Endpoint, Settings } from "../../src/apps/Settings.ts"
import { unlock } from "../../src/apps/Unlock.ts"
import { Address } from "../../src/domain/account/Address.ts"
import * as CheapPassphrases from "../ports/CheapPassphrases.ts"

export const platform = Layer.mergeAll(
  NodeServices.layer,
  NodeHttpClient.layerNodeHttp,
  NodeCrypto.layer,
  OpenPgpJs.layer,
  CheapPassphrases.layer
)

export const PASSWORD = "a password that is long enough"

export const settings: Settings = {
  home: "",
  host: "127.0.0.1",
  ports: { imap: 0, imaps: 0, smtp: 0, smtps: 0, http: 0, provider: 0, lmtp: 0, mx: 0, submission: 0 },
  password: Option.none(),
  smarthost: Option.none(),
  trace: { imap: false }
}

export const makeFolder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

export const makeProvider = Effect.gen(function*() {
  const folder = yield* makeFolder
  const doors = yield* Provider.start(ProviderSettings.within(settings, "leap.test", `${folder}/store.db`))
  return { ...doors, folder }
})

export interface ProviderEndpoints {
  readonly provider: Endpoint
  readonly submission: Endpoint
}

/** The account's address here, its mail store, and the doors for a mail program. */
export const openDevice = Effect.fnUntraced(
  function*(
    { provider, submission }: ProviderEndpoints,
    folder: string,
    name: string,
    password = PASSWORD,
    isOffline = false
  ) {
    const address = Address.make(`${name}@leap.test`)
    const account = Redacted.make(password)
    const link = { api: `http://${provider.host}:${provider.port}`, pin: null }
    const passwords = { account, app: account, isRandom: true }
    const { token, ...keys } = yield* unlock({ address, folder, passwords }).pipe(
      Effect.provide(ProviderLink.layerEnrolment(link))
    )
    const online = isOffline ? undefined : { token, submission, provider: link }
    const { accounts: [opened], ...doors } = yield* Client.start({
      settings,
      tls: undefined,
      accounts: [{ ...keys, address, folder, appPassword: account, online }]
    })
    if (opened === undefined) return yield* Effect.die(new Error("No account was opened"))
    yield* opened.settled
    return { ...doors, ...opened, login: { address, password } }
  }
)
