/**
 * What a mailbox holds, and every way in which that changes (RFC 9051 §2.3.1, RFC 7162 §3.1): the rules of uids, modseqs
 * and counters, as values. A store keeps the value and tells what changed; it decides nothing.
 */
import * as Flag from "./Flag.ts"
import * as Placements from "./Placements.ts"
import type { Placement } from "./Placements.ts"
import type { ModSeq, Uid } from "./Uid.ts"
import * as UidSet from "./UidSet.ts"

/** Kept up by every change, so that STATUS counts nothing. */
export interface Counters {
  readonly exists: number
  readonly unseen: number
  readonly deleted: number
  /** Sum of RFC822.SIZE. */
  readonly size: number
  /** The same of those with \Deleted. */
  readonly deletedSize: number
}

export interface MailboxState extends Counters {
  readonly uidNext: number
  /** Of the last change of any kind, at least 1. */
  readonly modSeq: ModSeq
  readonly placements: Placements.Placements
}

export const empty: MailboxState = {
  exists: 0,
  unseen: 0,
  deleted: 0,
  size: 0,
  deletedSize: 0,
  uidNext: 1,
  modSeq: 1,
  placements: Placements.empty
}

interface Counted {
  readonly flags: ReadonlyArray<Flag.Flag>
  readonly size: number
}

const unseen = (flags: ReadonlyArray<Flag.Flag>): number => flags.includes("\\Seen") ? 0 : 1
const deleted = (flags: ReadonlyArray<Flag.Flag>): number => flags.includes("\\Deleted") ? 1 : 0

const counted = (state: MailboxState, messages: ReadonlyArray<Counted>, sign: 1 | -1): Counters => {
  const { deletedSize, exists, size } = state
  const total = { exists, unseen: state.unseen, deleted: state.deleted, size, deletedSize }
  for (const one of messages) {
    total.exists += sign
    total.size += sign * one.size
    total.unseen += sign * unseen(one.flags)
    total.deleted += sign * deleted(one.flags)
    total.deletedSize += sign * deleted(one.flags) * one.size
  }
  return total
}

/** Every uid below 2^32 was given: only a new mailbox helps (RFC 9051 §2.3.1.1). */
export const MAX_UID = 0xffff_ffff

export type NewPlacement = Pick<Placement, "message" | "size" | "flags" | "internalDate">

/** Under new uids, in this order, and one new modseq. */
export const place = (
  state: MailboxState,
  news: ReadonlyArray<NewPlacement>,
  saveDate: number
): readonly [MailboxState, ReadonlyArray<Uid>] => {
  if (news.length === 0) return [state, []]
  const modSeq = state.modSeq + 1
  const added = news.map((one, index): Placement => ({
    uid: state.uidNext + index as Uid,
    message: one.message,
    size: one.size,
    flags: Flag.setOf(one.flags),
    modSeq,
    // Zero has no sign.
    internalDate: Math.trunc(one.internalDate) + 0,
    saveDate
  }))
  return [
    {
      ...counted(state, added, 1),
      uidNext: state.uidNext + added.length,
      modSeq,
      placements: Placements.append(state.placements, added)
    },
    added.map(({ uid }) => uid)
  ]
}

/** Answers those that went, ascending. */
export const remove = (
  state: MailboxState,
  set: UidSet.UidSet,
  isDeletedOnly = false
): readonly [MailboxState, ReadonlyArray<Placement>] => {
  const isGone = isDeletedOnly
    ? (chunk: Placements.Chunk, at: number) => Placements.flagsAt(chunk, at).includes("\\Deleted")
    : () => true
  const [placements, removed] = Placements.remove(state.placements, set, isGone)
  return removed.length === 0
    ? [state, removed]
    : [{ ...state, ...counted(state, removed, -1), modSeq: state.modSeq + 1, placements }, removed]
}

export interface Flagged {
  /** Every message that was free to change, with what it has now. */
  readonly answer: ReadonlyArray<Pick<Placement, "uid" | "flags" | "modSeq">>
  /** Those whose flags became others. */
  readonly altered: UidSet.UidSet
  /** Changed after `unchangedSince` and left alone (RFC 7162 §3.1.3). */
  readonly modified: UidSet.UidSet
}

/** Equal sets are changed once, however many messages have them. */
const changer = (operation: Flag.FlagOperation, flags: ReadonlyArray<Flag.Flag>) => {
  const results = new Map<ReadonlyArray<Flag.Flag>, ReadonlyArray<Flag.Flag>>()
  return (before: ReadonlyArray<Flag.Flag>): ReadonlyArray<Flag.Flag> => {
    const known = results.get(before)
    if (known !== undefined) return known
    const after = Flag.apply(before, operation, flags)
    results.set(before, after)
    return after
  }
}

export const flag = (
  state: MailboxState,
  set: UidSet.UidSet,
  operation: Flag.FlagOperation,
  flags: ReadonlyArray<Flag.Flag>,
  unchangedSince = Number.POSITIVE_INFINITY
): readonly [MailboxState, Flagged] => {
  const change = changer(operation, flags)
  const modSeq = state.modSeq + 1
  const answer: Array<Flagged["answer"][number]> = []
  const altered: Array<number> = []
  const modified: Array<number> = []
  let seen = 0
  let gone = 0
  let goneSize = 0
  const placements = Placements.reflag(state.placements, set, modSeq, (chunk, at) => {
    const before = Placements.flagsAt(chunk, at)
    const uid = chunk.uids[at] as Uid
    const was = chunk.modSeqs[at] as number
    if (was > unchangedSince) {
      modified.push(uid)
      return before
    }
    const after = change(before)
    answer.push({ uid, flags: after, modSeq: after === before ? was : modSeq })
    if (after !== before) {
      altered.push(uid)
      seen += unseen(after) - unseen(before)
      gone += deleted(after) - deleted(before)
      goneSize += (deleted(after) - deleted(before)) * (chunk.sizes[at] as number)
    }
    return after
  })
  const counters = {
    unseen: state.unseen + seen,
    deleted: state.deleted + gone,
    deletedSize: state.deletedSize + goneSize
  }
  return [
    altered.length === 0 ? state : { ...state, ...counters, modSeq, placements },
    { answer, altered: UidSet.fromUids(altered), modified: UidSet.fromUids(modified) }
  ]
}
