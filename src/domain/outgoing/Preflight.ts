/** What would happen to a message, before anything is sent: who gets it encrypted, with which key, and who cannot. */
import { Effect, Option } from "effect"
import { KeyStore, type OwnKeys } from "../../ports/KeyStore.ts"
import { type Address, parse } from "../account/Address.ts"
import { recommend, type Recommendation, unseen } from "../keys/AutocryptPeer.ts"
import type { Usable } from "../keys/Discovery.ts"
import type { ValidationLevel } from "../keys/ValidationLevel.ts"
import { distinct, resolve, type Resolved } from "./Recipients.ts"
import { isEncrypted, isRefused, NotProtectable, type SendPolicy } from "./SendPolicy.ts"

export interface PreflightKey {
  readonly fingerprint: string
  readonly level: ValidationLevel
  readonly source: Usable["source"]
}

export interface Prospect {
  /** As it was asked for. */
  readonly address: string
  readonly outcome: "encrypted" | "signed" | "refused"
  /** The one that it would be encrypted to. */
  readonly key: PreflightKey | undefined
  /** A sentence: why it is not encrypted; undefined where it is. */
  readonly reason: string | undefined
  /** Other certificates that were shown for the address and wait for the person's decision. */
  readonly waiting: number
  /** Of Autocrypt Level 1, from the person's mail. */
  readonly recommendation: Recommendation
}

export interface Plan {
  readonly prospects: ReadonlyArray<Prospect>
  /** Nothing at all would be sent. */
  readonly isRefused: boolean
}

const reasonOf = ({ address, found, policy }: Resolved): string | undefined => {
  if (policy === "never") return `You asked that ${address} gets mail in clear`
  switch (found._tag) {
    case "Usable":
      return undefined
    case "Unfit":
      return `The key of ${address} cannot be used: ${found.reason}`
    case "None":
      return `No key is known for ${address}`
  }
}

const recommendationFor = Effect.fnUntraced(function*(address: Address, { found }: Resolved) {
  const store = yield* KeyStore
  const isUsable = found._tag === "Usable"
  return recommend((yield* store.peer(address)) ?? unseen(address), {
    isKeyFit: isUsable && found.source !== "gossip",
    isGossipFit: isUsable && found.source === "gossip",
    repliesToEncrypted: false,
    ownPreference: "mutual"
  })
})

const prospectOf = Effect.fnUntraced(function*(resolved: Resolved) {
  const { address, found } = resolved
  const store = yield* KeyStore
  const candidates = yield* store.candidates(address)
  const prospect: Prospect = {
    address,
    outcome: isRefused(resolved) ? "refused" : isEncrypted(resolved) ? "encrypted" : "signed",
    key: found._tag === "Usable"
      ? { fingerprint: found.fingerprint, level: found.level, source: found.source }
      : undefined,
    reason: reasonOf(resolved),
    waiting: candidates.filter(({ state }) => state === "pending").length,
    recommendation: yield* recommendationFor(address, resolved)
  }
  return prospect
})

const badAddress = (address: string): Prospect => ({
  address,
  outcome: "refused",
  key: undefined,
  reason: `${address.slice(0, 100)} is not an address: correct it`,
  waiting: 0,
  recommendation: "disable"
})

/** `policy`: as if the message said so. Directories are asked, as they would be for sending. */
export const preflight = Effect.fn("Preflight.preflight")(
  function*(own: OwnKeys, to: ReadonlyArray<string>, policy?: SendPolicy) {
    const addresses = distinct(to.flatMap((text) => Option.toArray(parse(text))))
    const resolved = yield* resolve(own, addresses, policy, () => false)
    const good = yield* Effect.forEach(resolved, prospectOf)
    const bad = to.filter((text) => Option.isNone(parse(text))).map(badAddress)
    const prospects = [...good, ...bad]
    const plan: Plan = { prospects, isRefused: prospects.some(({ outcome }) => outcome === "refused") }
    return plan
  }
)

/**
 * Asked at RCPT, where a refusal helps most. Only where the person's settings already demand encryption: what the message
 * itself wishes is not known yet, and nobody waits for directories without need.
 */
export const mayReceive = Effect.fn("Preflight.mayReceive")(function*(own: OwnKeys, address: Address) {
  const store = yield* KeyStore
  const wish = (yield* store.wish(address)) ?? (yield* store.wish())
  if (wish !== "require") return
  const [resolved] = yield* resolve(own, [address], undefined, () => false)
  if (resolved !== undefined && isRefused(resolved)) return yield* new NotProtectable({ addresses: [address] })
})
