/**
 * What is done for new messages before the transaction that places them: they are read, and large contents of them are
 * brought to disk piece by piece, with others' turns in between.
 */
import { Effect } from "effect"
import { inTurns } from "../../domain/mail/Order.ts"
import { largeLeaves } from "../../domain/message/Holes.ts"
import type { NewMessage } from "../../ports/MailStore.ts"
import { PIECE } from "./ContentPieces.ts"
import type { Staged } from "./ContentTable.ts"
import type { MailEngine } from "./MailEngine.ts"
import * as MessageTable from "./MessageTable.ts"

type Given = Pick<NewMessage, "bytes" | "protection">

/** Octets read between two turns of others: a few milliseconds. */
const TURN = 131_072

export const make = ({ database, messages: { contents } }: MailEngine["Service"]) => {
  const { pieces } = contents

  /** Pieces that are on disk; `firsts` learns of them at once, whatever happens then. */
  const stageContent = Effect.fnUntraced(function*(bytes: Uint8Array, firsts: Array<number>) {
    const hash = yield* inTurns(contents.digesting(bytes))
    if (yield* database.read(() => contents.has(hash))) return { hash, first: undefined }
    const first = yield* database.write(() => pieces.begin(bytes), (begun) => firsts.push(begun))
    for (let index = 1; index * PIECE < bytes.length; index++) {
      yield* database.write(() => pieces.stage(first, bytes, index))
    }
    return { hash, first }
  })

  const prepare = Effect.fnUntraced(function*(given: Given, firsts: Array<number>) {
    const prepared = yield* inTurns(MessageTable.preparing(given))
    const { bytes, structure } = prepared
    if (bytes.length <= PIECE) return prepared
    const staged = new Map<number, Staged>()
    for (const { bodyEnd, bodyStart } of largeLeaves(structure.root, PIECE + 1)) {
      staged.set(bodyStart, yield* stageContent(bytes.subarray(bodyStart, bodyEnd), firsts))
    }
    return { ...prepared, staged, digest: yield* inTurns(contents.digesting(bytes)) }
  })

  const prepareAll = Effect.fnUntraced(function*(given: ReadonlyArray<Given>, firsts: Array<number>) {
    const prepared: Array<MessageTable.PreparedMessage> = []
    let octets = 0
    for (const one of given) {
      prepared.push(yield* prepare(one, firsts))
      octets += one.bytes.length
      if (octets < TURN) continue
      yield* Effect.yieldNow
      octets = 0
    }
    return prepared
  })

  /** What `use` does not keep of the messages' contents is given up. */
  return <A, E>(
    given: ReadonlyArray<Given>,
    use: (prepared: ReadonlyArray<MessageTable.PreparedMessage>) => Effect.Effect<A, E>
  ) =>
    Effect.suspend(() => {
      const firsts: Array<number> = []
      return prepareAll(given, firsts).pipe(
        Effect.flatMap(use),
        Effect.ensuring(Effect.sync(() => firsts.forEach(pieces.unstage)))
      )
    })
}
