/** No number is given twice, whatever is deleted, taken back or begun anew. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { openUnsafe } from "../../../src/adapters/sqlite/Driver.ts"
import * as MessageNumbers from "../../../src/adapters/sqlite/MessageNumbers.ts"

const step = Arbitrary.schema(
  // What happens after some messages: nothing, they go, their transaction comes to nothing, the program starts again.
  Schema.Struct({
    messages: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 300 })),
    then: Schema.Literals(["keep", "delete", "roll back", "restart"])
  })
)

describe("MessageNumbers", () => {
  it.prop("are new each time, and ascend", { steps: Arbitrary.array(step, { maxLength: 8 }) }, ({ steps }) => {
    const db = openUnsafe(":memory:", 0)
    db.exec("CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT)")
    const insert = db.prepare("INSERT INTO message (id) VALUES (?)")
    let numbers = MessageNumbers.make(db)
    let last = 0
    for (const { messages, then } of steps) {
      db.exec("BEGIN")
      for (let count = 0; count < messages; count++) {
        const number = numbers.next()
        assert.isAbove(number, last)
        insert.run(number)
        last = number
      }
      db.exec(then === "roll back" ? "ROLLBACK" : "COMMIT")
      if (then === "delete") db.exec("DELETE FROM message")
      if (then === "restart") numbers = MessageNumbers.make(db)
    }
    db.close()
  })
})
