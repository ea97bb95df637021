import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { withoutLocalParts } from "../../src/apps/Logs.ts"

describe("Logs", () => {
  it.each([
    ["There is no mailbox nobody@leap.test here", "There is no mailbox *@leap.test here"],
    [`to="Ann+x@leap.test" from=<ünser.name@example.org>`, `to="*@leap.test" from=<*@example.org>`],
    ["postgres://user:secret@db:5432/mail", "*@db:5432/mail"],
    [`"two words"@leap.test, a@[192.0.2.1]`, "*@leap.test, *@[192.0.2.1]"],
    ["a_b/c@leap.test;d@e.test", "*@leap.test;*@e.test"],
    ["at 5 @ noon, and no address", "at 5 @ noon, and no address"]
  ])("%s", (line, said) => {
    assert.strictEqual(withoutLocalParts(line), said)
  })

  it.prop("what is logged of an address is its domain", {
    local: Schema.String.check(Schema.isPattern(/^[a-z0-9.!#$%&*+/?^_`|~-]{3,20}$/)),
    before: Schema.Literals(["", "for ", "<", "to=", "(", "\"", "'", ","])
  }, ({ before, local }) => withoutLocalParts(`${before}${local}@leap.test`) === `${before}*@leap.test`)
})
