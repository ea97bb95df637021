import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as Address from "../../../src/domain/account/Address.ts"

const address = (text: string) => Option.getOrThrow(Address.parse(text))

describe("Address", () => {
  it("lower-cases the domain and keeps the local part", () => {
    assert.strictEqual(address(" Ann.B@EXAMPLE.org "), "Ann.B@example.org")
  })

  it("refuses what is no address", () => {
    for (const text of ["", "ann", "@example.org", "ann@", "a b@example.org", "a@b@c d", `${"x".repeat(65)}@a.org`]) {
      assert.isTrue(Option.isNone(Address.parse(text)), text)
    }
  })

  it("takes a local part of 64 octets", () => {
    assert.isTrue(Option.isSome(Address.parse(`${"x".repeat(64)}@a.org`)))
  })

  it("knows a subaddress as the same account", () => {
    assert.isTrue(Address.isSame(address("Ann+lists@leap.test"), address("ann@leap.test")))
    assert.isFalse(Address.isSame(address("ann@leap.test"), address("ann@leap.example")))
  })
})
