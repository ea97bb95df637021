/**
 * What a mailbox holds, and every way in which that changes (RFC 9051 §2.3.1, RFC 7162 §3.1): the rules of uids, modseqs
 * and counters, as values. A store keeps the value and tells what changed; it decides nothing.
 */
import { type Chunk, flagsAt, type Placement } from "./Chunk.ts"
import { appendCopies } from "./Copies.ts"
import * as Flag from "./Flag.ts"
import * as Placements from "./Placements.ts"
import { reflag, type Reflagged } from "./Reflag.ts"
import type { ModSeq, Uid } from "./Uid.ts"
import type * as UidSet from "./UidSet.ts"

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

/** As `place`, of placements that lie somewhere: column by column, for a hundred thousand of them. Answers the first uid. */
export const copy = (
  state: MailboxState,
  found: ReadonlyArray<Placements.Slice>,
  saveDate: number
): readonly [MailboxState, uid: number] => {
  const uid = state.uidNext
  const exists = Placements.count(found)
  if (exists === 0) return [state, uid]
  const modSeq = state.modSeq + 1
  const total = { unseen: 0, deleted: 0, size: 0, deletedSize: 0 }
  for (const { chunk, from, to } of found) {
    const isUnseen = chunk.flagSets.map(unseen)
    const isDeleted = chunk.flagSets.map(deleted)
    for (let at = from; at < to; at++) {
      const set = chunk.flags[at] as number
      const size = chunk.sizes[at] as number
      total.size += size
      total.unseen += isUnseen[set] as number
      total.deleted += isDeleted[set] as number
      total.deletedSize += (isDeleted[set] as number) * size
    }
  }
  return [
    {
      exists: state.exists + exists,
      unseen: state.unseen + total.unseen,
      deleted: state.deleted + total.deleted,
      size: state.size + total.size,
      deletedSize: state.deletedSize + total.deletedSize,
      uidNext: uid + exists,
      modSeq,
      placements: appendCopies(state.placements, found, { uid, modSeq, saveDate })
    },
    uid
  ]
}

/** Answers those that went, ascending. */
export const remove = (
  state: MailboxState,
  set: UidSet.UidSet,
  isDeletedOnly = false
): readonly [MailboxState, ReadonlyArray<Placement>] => {
  const isGone = isDeletedOnly
    ? (chunk: Chunk, at: number) => flagsAt(chunk, at).includes("\\Deleted")
    : () => true
  const [placements, removed] = Placements.remove(state.placements, set, isGone)
  return removed.length === 0
    ? [state, removed]
    : [{ ...state, ...counted(state, removed, -1), modSeq: state.modSeq + 1, placements }, removed]
}

export const flag = (
  state: MailboxState,
  set: UidSet.UidSet,
  operation: Flag.FlagOperation,
  flags: ReadonlyArray<Flag.Flag>,
  unchangedSince = Number.POSITIVE_INFINITY
): readonly [MailboxState, Pick<Reflagged, "free" | "altered" | "modified">] => {
  const modSeq = state.modSeq + 1
  const done = reflag(state.placements, set, { operation, flags, modSeq, unchangedSince })
  if (done.altered.length === 0) return [state, done]
  const { growth, placements } = done
  return [
    {
      ...state,
      unseen: state.unseen + growth.unseen,
      deleted: state.deleted + growth.deleted,
      deletedSize: state.deletedSize + growth.deletedSize,
      modSeq,
      placements
    },
    done
  ]
}
