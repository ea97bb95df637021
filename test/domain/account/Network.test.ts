import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { expanded, networkOf } from "../../../src/domain/account/Network.ts"

const groups = Arbitrary.array(Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 0xffff }))), {
  minLength: 8,
  maxLength: 8
})

describe("networkOf", () => {
  it("is the same for all addresses that one line has, and the address itself for IPv4", () => {
    for (
      const [address, network] of [
        ["192.0.2.1", "192.0.2.1"],
        ["::ffff:192.0.2.1", "192.0.2.1"],
        ["::FFFF:192.0.2.1", "192.0.2.1"],
        ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
        ["2001:0DB8:0001:0002:ffff:0:0:9", "2001:db8:1:2::/64"],
        ["2001:db8:1:3::1", "2001:db8:1:3::/64"],
        ["2001:db8::1", "2001:db8:0:0::/64"],
        ["fe80::1%eth0", "fe80:0:0:0::/64"],
        ["::1", "0:0:0:0::/64"],
        ["", ""],
        ["unknown", "unknown"]
      ] as const
    ) assert.strictEqual(networkOf(address), network, address)
  })

  it.prop("does not depend on how an address is written", { groups }, ({ groups }) => {
    const plain = groups.map((group) => group.toString(16)).join(":")
    const long = groups.map((group) => group.toString(16).padStart(4, "0").toUpperCase()).join(":")
    return expanded(plain) === plain && expanded(long) === plain && networkOf(long) === networkOf(plain)
  })
})
