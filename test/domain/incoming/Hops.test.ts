import { assert, describe, it } from "@effect/vitest"
import { isLooping } from "../../../src/domain/incoming/Hops.ts"

const hops = (count: number, name = "Received") =>
  Array.from({ length: count }, (_, hop) => `${name}: from a${hop}\r\n by b${hop}; today\r\n`).join("")
const looping = (text: string): boolean => isLooping(new TextEncoder().encode(text))

describe("isLooping", () => {
  it("after a hundred hops, in whichever case, and not for what stands elsewhere", () => {
    assert.isFalse(looping(`${hops(100)}Subject: tea\r\n\r\n`))
    assert.isTrue(looping(`${hops(101)}Subject: tea\r\n\r\n`))
    assert.isTrue(looping(`${hops(60)}Subject: tea\n${hops(41, "RECEIVED").replaceAll("\r", "")}\n`))
    assert.isFalse(looping(`Subject: tea\r\n\r\n${hops(200)}`))
    assert.isFalse(looping(`${hops(200, "Received-SPF")}\r\n`))
    assert.isFalse(looping(""))
    assert.isFalse(looping("\r\n"))
  })
})
