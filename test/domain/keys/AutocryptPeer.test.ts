import { assert, describe, it } from "@effect/vitest"
import { Address } from "../../../src/domain/account/Address.ts"
import {
  type AutocryptPeer,
  effectiveDate,
  gossiped,
  recommend,
  seen,
  unseen
} from "../../../src/domain/keys/AutocryptPeer.ts"

const bob = Address.make("bob@leap.test")
const one = Uint8Array.of(1)
const two = Uint8Array.of(2)
const DAY = 24 * 3600_000
const mutual = (certificate: Uint8Array) => ({ certificate, preferEncrypt: true })

describe("AutocryptPeer", () => {
  it("takes the key of newer mail, and nothing of older", () => {
    const first = seen(unseen(bob), mutual(one), 10)
    assert.deepStrictEqual([first.key?.certificate, first.preferEncrypt, first.lastSeen], [one, "mutual", 10])
    assert.strictEqual(seen(first, mutual(two), 9), first)
    const plain = seen(first, { certificate: two, preferEncrypt: false }, 11)
    assert.deepStrictEqual([plain.key?.certificate, plain.preferEncrypt], [two, "nopreference"])
  })

  it("remembers mail without a header, and keeps the key", () => {
    const peer = seen(seen(unseen(bob), mutual(one), 10), undefined, 20)
    assert.deepStrictEqual([peer.key?.at, peer.lastSeen, peer.preferEncrypt], [10, 20, "mutual"])
    assert.strictEqual(seen(peer, undefined, 15), peer)
    // Between the two: newer than the key, older than the last mail.
    assert.deepStrictEqual(seen(peer, mutual(two), 15).key, { certificate: two, at: 15 })
  })

  it("keeps gossip apart from what they say themselves", () => {
    const peer = gossiped(seen(unseen(bob), mutual(one), 10), two, 30)
    assert.deepStrictEqual([peer.key?.certificate, peer.gossip?.certificate], [one, two])
    assert.strictEqual(gossiped(peer, one, 30), peer)
    assert.strictEqual(gossiped(peer, one, 29), peer)
  })

  it("takes a date in the future, or none, as now", () => {
    assert.deepStrictEqual([effectiveDate(5, 10), effectiveDate(15, 10), effectiveDate(undefined, 10)], [5, 10, 10])
  })

  it("over the entire product of cases: recommends as the specification's tables do", () => {
    const flags = [false, true]
    for (const hasKey of flags) {
      for (const hasGossip of flags) {
        for (const isKeyFit of flags) {
          for (const isGossipFit of flags) {
            for (const stale of flags) {
              for (const theirs of ["mutual", "nopreference"] as const) {
                for (const ownPreference of ["mutual", "nopreference"] as const) {
                  for (const repliesToEncrypted of flags) {
                    const peer: AutocryptPeer = {
                      address: bob,
                      lastSeen: stale ? 36 * DAY : 35 * DAY,
                      key: hasKey ? { certificate: one, at: 0 } : undefined,
                      gossip: hasGossip ? { certificate: two, at: 0 } : undefined,
                      preferEncrypt: theirs
                    }
                    const key = hasKey && isKeyFit
                    const any = key || (hasGossip && isGossipFit)
                    const expected = !any
                      ? "disable"
                      : repliesToEncrypted
                      ? "encrypt"
                      : !key || stale
                      ? "discourage"
                      : theirs === "mutual" && ownPreference === "mutual"
                      ? "encrypt"
                      : "available"
                    assert.strictEqual(
                      recommend(peer, { isKeyFit, isGossipFit, ownPreference, repliesToEncrypted }),
                      expected
                    )
                  }
                }
              }
            }
          }
        }
      }
    }
  })
})
