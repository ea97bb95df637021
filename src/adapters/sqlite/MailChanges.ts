/** What changes mail: append, copy, move, flags, expunge. Each runs inside a transaction and says what to announce. */
import { Result } from "effect"
import * as Flag from "../../domain/mailbox/Flag.ts"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import type { ModSeq, Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MailboxChange, MailboxNotFound, NewMessage } from "../../ports/MailStore.ts"
import { fromStored, type StoredFlags, toStored } from "./Flags.ts"
import { type MailboxRow, type MailboxTable, noDelta } from "./MailboxTable.ts"
import { type MessageTable, newObjectId, type PreparedMessage } from "./MessageTable.ts"
import { count, type PlacementRow, type PlacementTable } from "./PlacementTable.ts"

/** An answer, and what the listeners are told once it is on disk. */
export interface Changed<A> {
  readonly value: A
  readonly changes: ReadonlyArray<MailboxChange>
}
type Outcome<A> = Result.Result<Changed<A>, MailboxNotFound>

const changed = (row: MailboxRow, uids: Iterable<number>, modSeq: ModSeq): ReadonlyArray<MailboxChange> => {
  const set = UidSet.fromUids(uids)
  return set.length === 0 ? [] : [{ _tag: "Changed", mailbox: row.object_id as MailboxId, uids: set, modSeq }]
}

export interface Copied {
  readonly uidValidity: number
  readonly source: ReadonlyArray<Uid>
  readonly target: ReadonlyArray<Uid>
}

export const make = (mailboxes: MailboxTable, messages: MessageTable, placements: PlacementTable) => {
  /** Puts messages that are known into a mailbox, in their order, under new uids and one modseq. */
  const place = (
    row: MailboxRow,
    added: ReadonlyArray<Pick<PlacementRow, "message" | "size" | "internal_date"> & { readonly stored: StoredFlags }>,
    now: number
  ): Changed<ReadonlyArray<Uid>> => {
    if (added.length === 0) return { value: [], changes: [] }
    const delta = noDelta()
    const modSeq = row.modseq + 1
    const uids: Array<Uid> = []
    for (const { internal_date, message, size, stored } of added) {
      const uid = row.uid_next + uids.length
      placements.insert(row.id, uid, message, stored, modSeq, internal_date, now)
      messages.addReference(message)
      count(delta, stored.mask, size, 1)
      uids.push(uid as Uid)
    }
    mailboxes.update(row, { uidNext: row.uid_next + uids.length, modSeq }, delta)
    return { value: uids, changes: changed(row, uids, modSeq) }
  }

  const remove = (row: MailboxRow, gone: ReadonlyArray<PlacementRow>): Changed<ModSeq> => {
    if (gone.length === 0) return { value: row.modseq, changes: [] }
    const delta = noDelta()
    const modSeq = row.modseq + 1
    for (const { flags, message, size, uid } of gone) {
      placements.remove(row.id, uid)
      messages.dropReference(message)
      count(delta, flags, size, -1)
    }
    const uids = UidSet.fromUids(gone.map(({ uid }) => uid))
    placements.vanish(row.id, modSeq, uids)
    mailboxes.update(row, { uidNext: row.uid_next, modSeq }, delta)
    return { value: modSeq, changes: [{ _tag: "Vanished", mailbox: row.object_id as MailboxId, uids, modSeq }] }
  }

  const copyRows = (
    rows: ReadonlyArray<PlacementRow>,
    target: MailboxRow,
    now: number
  ): Changed<Copied> => {
    const placed = place(
      target,
      rows.map((row) => ({ ...row, stored: { mask: row.flags, keywords: row.keywords } })),
      now
    )
    return {
      value: { uidValidity: target.uid_validity, source: rows.map(({ uid }) => uid as Uid), target: placed.value },
      changes: placed.changes
    }
  }

  const copy = (id: MailboxId, uids: UidSet.UidSet, target: MailboxId, now: number): Outcome<Copied> =>
    Result.flatMap(
      mailboxes.get(id),
      (row) => Result.map(mailboxes.get(target), (to) => copyRows(placements.select(row.id, uids), to, now))
    )

  /** With one id for source and target the row is read anew between the two halves. */
  const move = (id: MailboxId, uids: UidSet.UidSet, target: MailboxId, now: number): Outcome<Copied> =>
    Result.flatMap(mailboxes.get(id), ({ id: mailbox }) => {
      const rows = placements.select(mailbox, uids)
      return Result.flatMap(mailboxes.get(target), (to) => {
        const copied = copyRows(rows, to, now)
        return Result.map(mailboxes.get(id), (row) => ({
          value: copied.value,
          changes: [...copied.changes, ...remove(row, rows).changes]
        }))
      })
    })

  return {
    place,
    remove,
    copy,
    move,
    append: (
      id: MailboxId,
      news: ReadonlyArray<NewMessage>,
      prepared: ReadonlyArray<PreparedMessage>,
      now: number
    ): Outcome<{ readonly uidValidity: number; readonly uids: ReadonlyArray<Uid> }> =>
      Result.map(mailboxes.get(id), (row) => {
        const added: Array<Parameters<typeof place>[1][number]> = []
        /** Place in `added`, or the uid that exists. */
        const answers: Array<{ readonly index: number } | { readonly uid: Uid }> = []
        const within = new Map<number, number>()
        for (const [index, message] of news.entries()) {
          const emailId = message.emailId ?? newObjectId("E")
          const known = messages.find(emailId)
          if (known !== undefined && message.emailId !== undefined) {
            const twin = within.get(known.id)
            const uid = placements.find(known.id, row.id)
            if (twin !== undefined || uid !== undefined) {
              answers.push(twin === undefined ? { uid: uid as Uid } : { index: twin })
              continue
            }
          }
          const { id: message_, size } = known ?? messages.insert(emailId, prepared[index] as PreparedMessage)
          within.set(message_, added.length)
          answers.push({ index: added.length })
          added.push({
            message: message_,
            size,
            internal_date: Math.trunc(message.internalDate),
            stored: toStored(message.flags)
          })
        }
        const placed = place(row, added, now)
        const uids = answers.map((answer) => "uid" in answer ? answer.uid : placed.value[answer.index] as Uid)
        return { value: { uidValidity: row.uid_validity, uids }, changes: placed.changes }
      }),
    /** Answers every message it looked at and was free to change, with the modseq it has now. */
    flag: (
      id: MailboxId,
      uids: UidSet.UidSet,
      operation: Flag.FlagOperation,
      flags: ReadonlyArray<Flag.Flag>,
      unchangedSince: ModSeq | undefined
    ): Outcome<{
      readonly changed: ReadonlyArray<{ uid: Uid; flags: ReadonlyArray<Flag.Flag>; modSeq: ModSeq }>
      readonly modified: UidSet.UidSet
    }> =>
      Result.map(mailboxes.get(id), (row) => {
        const modSeq = row.modseq + 1
        const delta = noDelta()
        const seen = new Map<string, StoredFlags>()
        const modified: Array<number> = []
        const altered: Array<number> = []
        const answer: Array<{ uid: Uid; flags: ReadonlyArray<Flag.Flag>; modSeq: ModSeq }> = []
        for (const one of placements.select(row.id, uids)) {
          if (unchangedSince !== undefined && one.modseq > unchangedSince) {
            modified.push(one.uid)
            continue
          }
          const key = `${one.flags}${one.keywords}`
          let next = seen.get(key)
          if (next === undefined) {
            const before = fromStored(one.flags, one.keywords)
            const after = Flag.apply(before, operation, flags)
            next = after === before ? { mask: one.flags, keywords: one.keywords } : toStored(after)
            seen.set(key, next)
          }
          const isAltered = next.mask !== one.flags || next.keywords !== one.keywords
          if (isAltered) {
            placements.setFlags(row.id, one.uid, next, modSeq)
            count(delta, one.flags, one.size, -1)
            count(delta, next.mask, one.size, 1)
            altered.push(one.uid)
          }
          answer.push({
            uid: one.uid as Uid,
            flags: fromStored(next.mask, next.keywords),
            modSeq: isAltered ? modSeq : one.modseq
          })
        }
        if (altered.length > 0) mailboxes.update(row, { uidNext: row.uid_next, modSeq }, delta)
        return {
          value: { changed: answer, modified: UidSet.fromUids(modified) },
          changes: changed(row, altered, modSeq)
        }
      }),
    expunge: (
      id: MailboxId,
      uids: UidSet.UidSet
    ): Outcome<{ readonly uids: ReadonlyArray<Uid>; readonly modSeq: ModSeq }> =>
      Result.map(mailboxes.get(id), (row) => {
        const gone = placements.select(row.id, uids, true)
        const { changes, value } = remove(row, gone)
        return { value: { uids: gone.map(({ uid }) => uid as Uid), modSeq: value }, changes }
      }),
    /** All that lies in it, for a mailbox that goes away. */
    empty: (row: MailboxRow): void => {
      remove(row, placements.select(row.id, UidSet.all))
    }
  }
}
export type MailChanges = ReturnType<typeof make>
