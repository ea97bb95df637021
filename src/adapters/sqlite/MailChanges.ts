/** Changes of mail, kept: the domain says what a change makes of a mailbox, this writes it and says what to announce. */
import { Result } from "effect"
import type { Placement } from "../../domain/mailbox/Chunk.ts"
import type * as Flag from "../../domain/mailbox/Flag.ts"
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import * as MailboxState from "../../domain/mailbox/MailboxState.ts"
import * as Placements from "../../domain/mailbox/Placements.ts"
import type { ModSeq, Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import {
  type Copied,
  type Flagged,
  type MailboxChange,
  type MailboxNotFound,
  MessageNotFound,
  type NewMessage
} from "../../ports/MailStore.ts"
import type { MailboxStates } from "./MailboxStates.ts"
import type { MailboxRow, MailboxTable } from "./MailboxTable.ts"
import { type MessageTable, newEmailId, type PreparedMessage } from "./MessageTable.ts"
import type { VanishedTable } from "./VanishedTable.ts"

/** An answer, and what the listeners are told once it is on disk. */
export interface Changed<A> {
  readonly value: A
  readonly changes: ReadonlyArray<MailboxChange>
}
type Outcome<A> = Result.Result<Changed<A>, MailboxNotFound>

const changed = (row: MailboxRow, uids: UidSet.UidSet, modSeq: ModSeq): ReadonlyArray<MailboxChange> =>
  uids.length === 0 ? [] : [{ _tag: "Changed", mailbox: row.object_id as MailboxId, uids, modSeq }]

/** Told within the transaction that takes messages out of a mailbox, before it does. */
export type OnRemoval = (row: MailboxRow, removed: ReadonlyArray<Placement>) => void

export const make = (
  mailboxes: MailboxTable,
  states: MailboxStates,
  messages: MessageTable,
  vanished: VanishedTable
) => {
  const onRemoval: Array<OnRemoval> = []

  const release = (row: MailboxRow, removed: ReadonlyArray<Placement>): void => {
    for (const tell of onRemoval) tell(row, removed)
    messages.release(removed.map(({ message }) => message))
  }

  /** The references are counted by who calls it. */
  const placeOnly = (
    row: MailboxRow,
    news: ReadonlyArray<MailboxState.NewPlacement>,
    now: number
  ): Changed<ReadonlyArray<Uid>> => {
    const [state, uids] = MailboxState.place(states.get(row), news, now)
    states.put(row, state)
    return { value: uids, changes: changed(row, UidSet.fromUids(uids), state.modSeq) }
  }

  /** Puts messages that are known into a mailbox. */
  const place = (
    row: MailboxRow,
    news: ReadonlyArray<MailboxState.NewPlacement>,
    now: number
  ): Changed<ReadonlyArray<Uid>> => {
    for (const { message } of news) messages.addReference(message)
    return placeOnly(row, news, now)
  }

  const remove = (
    row: MailboxRow,
    uids: UidSet.UidSet,
    isDeletedOnly = false
  ): Changed<{ readonly uids: ReadonlyArray<Uid>; readonly modSeq: ModSeq }> => {
    const [state, removed] = MailboxState.remove(states.get(row), uids, isDeletedOnly)
    const value = { uids: removed.map(({ uid }) => uid), modSeq: state.modSeq }
    if (removed.length === 0) return { value, changes: [] }
    release(row, removed)
    const gone = UidSet.fromUids(value.uids)
    vanished.add(row.id, state.modSeq, gone)
    states.put(row, state)
    const mailbox = row.object_id as MailboxId
    return { value, changes: [{ _tag: "Vanished", mailbox, uids: gone, modSeq: state.modSeq }] }
  }

  const copyInto = (row: MailboxRow, uids: UidSet.UidSet, target: MailboxRow, now: number): Changed<Copied> => {
    const found = Placements.slices(states.get(row).placements, uids)
    const source: Array<Uid> = []
    const copied: Array<number> = []
    for (const { chunk, from, to } of found) {
      for (let at = from; at < to; at++) {
        source.push(chunk.uids[at] as Uid)
        copied.push(chunk.messages[at] as number)
      }
    }
    messages.addReferences(copied)
    const [state, first] = MailboxState.copy(states.get(target), found, now)
    states.put(target, state)
    const placed = source.length === 0 ? UidSet.empty : [{ from: first, to: first + source.length - 1 }]
    return {
      value: { uidValidity: target.uid_validity, source, target: source.map((_, at) => first + at as Uid) },
      changes: changed(target, placed, state.modSeq)
    }
  }

  const both = (id: MailboxId, target: MailboxId) =>
    Result.flatMap(mailboxes.get(id), (row) => Result.map(mailboxes.get(target), (to) => [row, to] as const))

  /** Messages that are known by their object id are not stored again, nor placed again where they lie already. */
  const append = (
    row: MailboxRow,
    news: ReadonlyArray<NewMessage>,
    prepared: ReadonlyArray<PreparedMessage>,
    now: number
  ): Changed<ReadonlyArray<Uid>> => {
    const { placements } = states.get(row)
    const added: Array<MailboxState.NewPlacement> = []
    /** Position in `added`, or the uid that exists. */
    const answers: Array<{ readonly index: number } | { readonly uid: Uid }> = []
    const within = new Map<number, number>()
    for (const [index, { emailId, flags, internalDate }] of news.entries()) {
      const known = emailId === undefined ? undefined : messages.find(emailId)
      const twin = known === undefined ? undefined : within.get(known.id)
      const uid = known === undefined ? undefined : Placements.uidOf(placements, known.id)
      if (twin !== undefined) answers.push({ index: twin })
      else if (uid !== undefined) answers.push({ uid })
      else {
        if (known !== undefined) messages.addReference(known.id)
        const { id: message, size } = known ??
          messages.insert(emailId ?? newEmailId(now), prepared[index] as PreparedMessage, 1)
        within.set(message, added.length)
        answers.push({ index: added.length })
        added.push({ message, size, flags, internalDate })
      }
    }
    const placed = placeOnly(row, added, now)
    const uids = answers.map((answer) => "uid" in answer ? answer.uid : placed.value[answer.index] as Uid)
    return { value: uids, changes: placed.changes }
  }

  const flag = (
    row: MailboxRow,
    uids: UidSet.UidSet,
    operation: Flag.FlagOperation,
    flags: ReadonlyArray<Flag.Flag>,
    unchangedSince?: ModSeq
  ): Changed<Flagged> => {
    const [state, { altered, free, modified }] = MailboxState.flag(
      states.get(row),
      uids,
      operation,
      flags,
      unchangedSince
    )
    states.put(row, state)
    const modSeq = altered.length === 0 ? undefined : state.modSeq
    return { value: { free, altered, modified, modSeq }, changes: changed(row, altered, state.modSeq) }
  }

  /** Where the new one is the old one, known by its object id, it stays. */
  const replace = (
    row: MailboxRow,
    uid: Uid,
    target: MailboxRow,
    message: NewMessage,
    prepared: ReadonlyArray<PreparedMessage>,
    now: number
  ) => {
    if (Placements.find(states.get(row).placements, uid) === undefined) {
      return Result.fail(new MessageNotFound({ mailbox: row.object_id, uid }))
    }
    const added = append(target, [message], prepared, now)
    const value = { uidValidity: target.uid_validity, uid: added.value[0] as Uid }
    if (row.id === target.id && value.uid === uid) return Result.succeed({ value, changes: [] })
    const gone = remove(row, UidSet.fromUids([uid]))
    return Result.succeed({ value, changes: [...added.changes, ...gone.changes] })
  }

  return {
    onRemoval: (tell: OnRemoval): void => {
      onRemoval.push(tell)
    },
    place,
    remove,
    flag,
    copy: (id: MailboxId, uids: UidSet.UidSet, target: MailboxId, now: number): Outcome<Copied> =>
      Result.map(both(id, target), ([row, to]) => copyInto(row, uids, to, now)),
    move: (id: MailboxId, uids: UidSet.UidSet, target: MailboxId, now: number): Outcome<Copied> =>
      Result.map(both(id, target), ([row, to]) => {
        const copied = copyInto(row, uids, to, now)
        const gone = remove(row, UidSet.fromUids(copied.value.source))
        return { value: copied.value, changes: [...copied.changes, ...gone.changes] }
      }),
    append: (
      id: MailboxId,
      news: ReadonlyArray<NewMessage>,
      prepared: ReadonlyArray<PreparedMessage>,
      now: number
    ) =>
      Result.map(mailboxes.get(id), (row) => {
        const { changes, value } = append(row, news, prepared, now)
        return { value: { uidValidity: row.uid_validity, uids: value }, changes }
      }),
    replace: (
      id: MailboxId,
      uid: Uid,
      target: MailboxId,
      message: NewMessage,
      prepared: ReadonlyArray<PreparedMessage>,
      now: number
    ) => Result.flatMap(both(id, target), ([row, to]) => replace(row, uid, to, message, prepared, now)),
    /** All that lies in a mailbox that goes away. */
    empty: (row: MailboxRow): void => {
      release(row, Placements.list(states.get(row).placements, UidSet.all))
      states.drop(row)
    }
  }
}
export type MailChanges = ReturnType<typeof make>
