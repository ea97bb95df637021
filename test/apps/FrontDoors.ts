/** A provider's accounts in memory, and the doors through which mail comes to them. */
import { Context, Effect, Layer } from "effect"
import * as SenderCheckNone from "../../src/adapters/memory/SenderCheckNone.ts"
import * as RateLimitsLocal from "../../src/adapters/rate-limiter/RateLimitsLocal.ts"
import * as Arriving from "../../src/adapters/smtp/Arriving.ts"
import type { ListenOptions } from "../../src/adapters/smtp/SmtpListener.ts"
import * as TableServer from "../../src/adapters/tcp-table/TableServer.ts"
import { aliasTable, arriving, recipientTable } from "../../src/apps/ProviderArrival.ts"
import { Address } from "../../src/domain/account/Address.ts"
import type { Rate } from "../../src/ports/RateLimits.ts"
import type { SenderCheck } from "../../src/ports/SenderCheck.ts"
import { makeDevice, makeProvider } from "../domain/Correspondents.ts"
import { makeAccount } from "../ports/ProviderPorts.ts"

export const home = { domains: ["leap.test"], name: "mx.leap.test" }

const door = { host: "127.0.0.1", port: 0, name: home.name }
const at = (name: string) => Address.make(`${name}@leap.test`)

/** Ann and Fay have a key, Kim has none yet, Dora is disabled; info@ is Ann's, too. */
export const makeHouse = Effect.gen(function*() {
  const provider = yield* makeProvider
  const { store } = provider
  const ann = yield* makeDevice(provider, at("ann"))
  const fay = yield* makeDevice(provider, at("fay"))
  const dora = yield* makeDevice(provider, at("dora"))
  yield* makeAccount(store, at("kim"))
  yield* store.setDisabled(dora.account.id, true)
  yield* store.addAlias(ann.account.id, at("info"))
  return { ann, fay, provider, store }
})
type House = Effect.Success<typeof makeHouse>

export const RATE: Rate = { limit: 1000, window: "1 hour" }

export const open = Effect.fnUntraced(function*(
  { provider }: House,
  { lmtp: lmtpPort = 0, ...more }: Partial<Omit<ListenOptions, "lmtp">> & { readonly lmtp?: number } = {},
  checks: Layer.Layer<SenderCheck> = SenderCheckNone.layer,
  rate = RATE
) {
  const doors = yield* Layer.build(Layer.merge(checks, Layer.fresh(RateLimitsLocal.layer)))
  const services = Context.merge(provider.services, doors)
  return yield* Effect.gen(function*() {
    const lmtp = yield* Arriving.serveLmtp({ ...door, ...more, port: lmtpPort }, arriving(home, undefined))
    const mx = yield* Arriving.serveMx({ ...door, ...more }, arriving(home, rate))
    return { lmtp, mx }
  }).pipe(Effect.provideContext(services))
})

export const openTables = Effect.fnUntraced(function*({ provider }: House) {
  return yield* Effect.gen(function*() {
    const aliases = yield* TableServer.serve(door, aliasTable)
    const recipients = yield* TableServer.serve(door, recipientTable(home))
    return { aliases, recipients }
  }).pipe(Effect.provideContext(provider.services))
})

/** A DNS of these records alone, each `TYPE name`. */
export const dns = (records: Readonly<Record<string, string>>) => (name: string, type: string) => {
  const found = records[`${type} ${name}`]
  return found === undefined
    ? Promise.reject(Object.assign(new Error(name), { code: "ENOTFOUND" }))
    : Promise.resolve([[found]])
}
