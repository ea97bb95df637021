/** FETCH, STORE, COPY, MOVE and EXPUNGE (RFC 3501 §6.4) with the modifiers of RFC 7162 and RFC 9394. */
import { Result } from "effect"
import type { Flag, FlagOperation } from "../../../domain/mailbox/Flag.ts"
import { type FetchItem, fetchItems } from "./FetchItem.ts"
import { storeFlags } from "./Flags.ts"
import {
  badAt,
  expect,
  keyword,
  type Lexer,
  list,
  modSeq,
  parameters,
  type Parsed,
  peek,
  positive,
  space,
  take
} from "./Lexer.ts"
import { mailbox } from "./MailboxName.ts"
import { type PartialRange, partialRange } from "./SearchCommand.ts"
import { type SequenceSet, sequenceSet } from "./SequenceSet.ts"

export type Fetch = {
  readonly _tag: "Fetch"
  readonly uid: boolean
  readonly set: SequenceSet
  readonly items: ReadonlyArray<FetchItem>
  readonly changedSince: number | undefined
  /** Those of the set that went since then, too (RFC 7162 §3.2.6). */
  readonly vanished: boolean
  /** Of those of the set that exist (RFC 9394 §3.2). */
  readonly partial: PartialRange | undefined
}

export type Store = {
  readonly _tag: "Store"
  readonly uid: boolean
  readonly set: SequenceSet
  readonly unchangedSince: number | undefined
  readonly operation: FlagOperation
  readonly silent: boolean
  readonly flags: ReadonlyArray<Flag>
}

export type Copy = {
  readonly _tag: "Copy"
  readonly uid: boolean
  readonly set: SequenceSet
  readonly mailbox: string
  /** MOVE (RFC 6851). */
  readonly move: boolean
}

export type Expunge = { readonly _tag: "Expunge"; readonly uids: SequenceSet | undefined }

export type UidBatches = {
  readonly _tag: "UidBatches"
  readonly size: number
  /** The first is that of the newest messages. */
  readonly range: { readonly from: number; readonly to: number } | undefined
}

type Modifiers = Pick<Fetch, "changedSince" | "vanished" | "partial">

const modifier = (lexer: Lexer): Parsed<Partial<Modifiers>> =>
  Result.gen(function*() {
    const start = lexer.at
    switch (yield* keyword(lexer)) {
      case "CHANGEDSINCE":
        yield* space(lexer)
        return { changedSince: yield* modSeq(lexer) }
      case "VANISHED":
        return { vanished: true }
      case "PARTIAL":
        yield* space(lexer)
        return { partial: yield* partialRange(lexer) }
    }
    return yield* badAt(lexer, start, "there is no such FETCH modifier")
  })

/** `fetch-modifiers = SP "(" fetch-modifier *(SP fetch-modifier) ")"` (RFC 4466) */
const modifiers = (lexer: Lexer, uid: boolean): Parsed<Modifiers> =>
  Result.gen(function*() {
    const start = lexer.at
    const none: Modifiers = { changedSince: undefined, vanished: false, partial: undefined }
    const all: Modifiers = Object.assign({}, none, ...yield* parameters(lexer, modifier))
    const wrong = all.vanished && (all.changedSince === undefined || !uid)
      ? "VANISHED goes with UID FETCH and CHANGEDSINCE only"
      : all.partial !== undefined && !uid
      ? "PARTIAL goes with UID FETCH only"
      : undefined
    if (wrong === undefined) return all
    return yield* badAt(lexer, start + 1, wrong)
  })

/** `fetch = "FETCH" SP sequence-set SP (macro / fetch-att / "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers]` */
export const fetch = (lexer: Lexer, uid: boolean): Parsed<Fetch> =>
  Result.gen(function*() {
    yield* space(lexer)
    const set = yield* sequenceSet(lexer)
    yield* space(lexer)
    const items = yield* fetchItems(lexer)
    return { _tag: "Fetch", uid, set, items, ...(yield* modifiers(lexer, uid)) }
  })

const storeModifier = (lexer: Lexer): Parsed<number> =>
  Result.gen(function*() {
    yield* expect(lexer, "UNCHANGEDSINCE")
    yield* space(lexer)
    return yield* modSeq(lexer)
  })

/**
 * `store = "STORE" SP sequence-set [SP "(" "UNCHANGEDSINCE" SP mod-sequence-valzer ")"] SP store-att-flags`;
 * `store-att-flags = (["+" / "-"] "FLAGS" [".SILENT"]) SP (flag-list / (flag *(SP flag)))`
 */
export const store = (lexer: Lexer, uid: boolean): Parsed<Store> =>
  Result.gen(function*() {
    yield* space(lexer)
    const set = yield* sequenceSet(lexer)
    yield* space(lexer)
    let unchangedSince: number | undefined
    if (peek(lexer) === "(") {
      unchangedSince = (yield* list(lexer, storeModifier))[0]
      yield* space(lexer)
    }
    const operation: FlagOperation = take(lexer, "+") ? "add" : take(lexer, "-") ? "remove" : "replace"
    yield* expect(lexer, "FLAGS")
    const silent = take(lexer, ".SILENT")
    yield* space(lexer)
    return { _tag: "Store", uid, set, unchangedSince, operation, silent, flags: yield* storeFlags(lexer) }
  })

/** `copy = "COPY" SP sequence-set SP mailbox`, and MOVE alike */
export const copy = (move: boolean) => (lexer: Lexer, uid: boolean): Parsed<Copy> =>
  Result.gen(function*() {
    yield* space(lexer)
    const set = yield* sequenceSet(lexer)
    yield* space(lexer)
    return { _tag: "Copy", uid, set, mailbox: yield* mailbox(lexer), move }
  })

/** `expunge = "EXPUNGE"`; `"UID" SP "EXPUNGE" SP sequence-set` (RFC 4315) */
export const expunge = (lexer: Lexer, uid: boolean): Parsed<Expunge> =>
  Result.gen(function*() {
    if (!uid) return { _tag: "Expunge", uids: undefined }
    yield* space(lexer)
    return { _tag: "Expunge", uids: yield* sequenceSet(lexer) }
  })

/** `uidbatches = "UIDBATCHES" SP nz-number [SP nz-number ":" nz-number]` (RFC 10022) */
export const uidBatches = (lexer: Lexer): Parsed<UidBatches> =>
  Result.gen(function*() {
    yield* space(lexer)
    const size = yield* positive(lexer)
    if (peek(lexer) !== " ") return { _tag: "UidBatches", size, range: undefined }
    yield* space(lexer)
    const from = yield* positive(lexer)
    yield* expect(lexer, ":")
    return { _tag: "UidBatches", size, range: { from, to: yield* positive(lexer) } }
  })
