/** A provider in memory and devices of its accounts, with the real OpenPGP: mail goes the entire way. */
import { Context, Effect, Layer, Stream } from "effect"
import * as AccountPorts from "../../src/adapters/in-process/AccountPorts.ts"
import * as KeyStoreMemory from "../../src/adapters/memory/KeyStoreMemory.ts"
import * as MailStoreMemory from "../../src/adapters/memory/MailStoreMemory.ts"
import * as OutboxMemory from "../../src/adapters/memory/OutboxMemory.ts"
import * as ProviderStoreMemory from "../../src/adapters/memory/ProviderStoreMemory.ts"
import * as NodeCrypto from "../../src/adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpJs from "../../src/adapters/openpgp/OpenPgpJs.ts"
import { Address } from "../../src/domain/account/Address.ts"
import { arrive } from "../../src/domain/incoming/Arrival.ts"
import { receiveOnce } from "../../src/domain/incoming/Incoming.ts"
import { makeMissing, publish } from "../../src/domain/keys/OwnKeys.ts"
import { INBOX } from "../../src/domain/mailbox/Mailbox.ts"
import * as UidSet from "../../src/domain/mailbox/UidSet.ts"
import { headerFields, unfold } from "../../src/domain/message/Header.ts"
import { parse } from "../../src/domain/message/Parse.ts"
import { submit } from "../../src/domain/outgoing/Outgoing.ts"
import { KeyStore } from "../../src/ports/KeyStore.ts"
import { MailStore } from "../../src/ports/MailStore.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { gather, makeAccount } from "../ports/ProviderPorts.ts"

export const alice = Address.make("alice@leap.test")
export const bob = Address.make("bob@leap.test")
export const carol = Address.make("carol@leap.test")

export const bytesOf = (...lines: ReadonlyArray<string>): Uint8Array => new TextEncoder().encode(lines.join("\r\n"))
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** All values of a field in the message's own header. */
export const valuesOf = (bytes: Uint8Array, name: string): ReadonlyArray<string> =>
  headerFields(bytes, 0, bytes.length).filter((field) => field.name === name.toLowerCase())
    .map((field) => unfold(bytes, field))

export const typeOf = (bytes: Uint8Array): string => {
  const { root } = parse(bytes)
  return `${root.type}/${root.subtype}`
}

const crypto = Layer.merge(OpenPgpJs.layer, NodeCrypto.layer)

export const makeProvider = Effect.map(
  Layer.build(Layer.fresh(Layer.provideMerge(ProviderStoreMemory.layer, crypto))),
  (services) => ({ services, store: gather(services) })
)
export type Provider = Effect.Success<typeof makeProvider>

/** Handed to the provider's front door. */
export const deliverTo = (provider: Provider, to: Address, bytes: Uint8Array) =>
  arrive({ to, bytes, receivedBy: "leap.test" }).pipe(Effect.provideContext(provider.services))

const inMemory = Layer.mergeAll(MailStoreMemory.layer, KeyStoreMemory.layer, OutboxMemory.layer)

/** What a device keeps its mail, its keys and its outgoing mail in. */
export type Stores<E> = Layer.Layer<MailStore | KeyStore | Outbox, E>

/** A device of a new account, with keys made and published. */
export const makeDevice = Effect.fnUntraced(function*<E = never>(
  provider: Provider,
  address: Address,
  stores: Stores<E> = inMemory
) {
  const account = yield* makeAccount(provider.store, address)
  const services = yield* Layer.build(Layer.fresh(
    Layer.mergeAll(
      stores,
      AccountPorts.layer(account).pipe(Layer.provide(Layer.succeedContext(provider.services)))
    ).pipe(Layer.provideMerge(crypto))
  ))
  const keys = yield* makeMissing(address).pipe(Effect.provideContext(services))
  yield* publish(keys).pipe(Effect.provideContext(services))
  const mail = Context.get(services, MailStore)
  return {
    account,
    address,
    keys,
    putOwn: Context.get(services, KeyStore).putOwn,
    services,
    receive: receiveOnce().pipe(Effect.provideContext(services)),
    send: (to: ReadonlyArray<string>, bytes: Uint8Array) =>
      submit({ from: address, to, bytes }).pipe(Effect.provideContext(services)),
    /** What waits in the outbox. */
    outgoing: Context.get(services, Outbox).due(Number.MAX_SAFE_INTEGER, 100),
    inbox: Effect.gen(function*() {
      const { id } = yield* mail.mailbox(INBOX)
      const records = yield* Stream.runCollect(mail.fetch(id, UidSet.all, { bytes: true }))
      return records.map(({ bytes }) => bytes ?? new Uint8Array())
    })
  }
})
export type Device = Effect.Success<ReturnType<typeof makeDevice>>

/** Three people with an account each at one provider. */
export const people = Effect.gen(function*() {
  const provider = yield* makeProvider
  return {
    provider,
    alice: yield* makeDevice(provider, alice),
    bob: yield* makeDevice(provider, bob),
    carol: yield* makeDevice(provider, carol)
  }
})

/** Takes what is in the outbox to the provider's accounts, each copy to each of its recipients. */
export const post = Effect.fnUntraced(function*(provider: Provider, from: Device) {
  for (const { bytes, id, to } of yield* from.outgoing) {
    for (const one of to) yield* deliverTo(provider, Address.make(one), bytes)
    yield* Context.get(from.services, Outbox).remove(id)
  }
})
