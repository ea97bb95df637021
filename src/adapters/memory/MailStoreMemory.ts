/** `MailStore` in plain maps: the reference that the other adapters are held to, and a store for tests. */
import { Clock, Effect, Layer, PubSub, Result, Stream } from "effect"
import * as Flag from "../../domain/mailbox/Flag.ts"
import {
  DELIMITER,
  type EmailId,
  INBOX,
  type MailboxId,
  parseName,
  type SpecialUse,
  STANDARD
} from "../../domain/mailbox/Mailbox.ts"
import * as Metadata from "../../domain/mailbox/Metadata.ts"
import * as Search from "../../domain/mailbox/Search.ts"
import type { Uid } from "../../domain/mailbox/Uid.ts"
import * as UidSet from "../../domain/mailbox/UidSet.ts"
import type { MessageStructure } from "../../domain/message/MessageStructure.ts"
import { parse } from "../../domain/message/Parse.ts"
import {
  type MailboxChange,
  MailboxNotFound,
  MailboxRefused,
  MailStore,
  MessageNotFound,
  MetadataRefused,
  type NewMessage
} from "../../ports/MailStore.ts"
import {
  type Box,
  byName,
  type Message,
  type Placement,
  sizeOf,
  toFacts,
  toMailbox,
  toPlacements,
  toRecord,
  toSortFacts,
  toThreadFacts,
  uidsOf
} from "./MailRows.ts"

const make = Effect.gen(function*() {
  const clock = yield* Clock.Clock
  const pubsub = yield* PubSub.unbounded<MailboxChange>()
  let counter = 0
  const boxes: Array<Box> = []
  /** Without mailboxes. */
  const subscriptions = new Set<string>()
  /** The server's annotations. */
  const server: { metadata: Metadata.Metadata } = { metadata: new Map() }
  const messages = new Map<EmailId, Message>()
  const threads = new Map<string, string>()

  const nextNumber = (): number => ++counter
  const tell = (change: MailboxChange): void => void PubSub.publishUnsafe(pubsub, change)
  const tellChanged = (box: Box, uids: ReadonlyArray<number>): void => {
    if (uids.length > 0) {
      tell({ _tag: "Changed", mailbox: box.id, uids: UidSet.fromUids(uids), modSeq: box.modSeq })
    }
  }

  const named = (name: string): Box | undefined => {
    const parsed = parseName(name)
    return "refused" in parsed ? undefined : boxes.find((box) => box.name === parsed.name)
  }
  const findNamed = (name: string): Result.Result<Box, MailboxNotFound> => {
    const box = named(name)
    return box === undefined ? Result.fail(new MailboxNotFound({ mailbox: name })) : Result.succeed(box)
  }
  const find = (id: MailboxId): Result.Result<Box, MailboxNotFound> => {
    const box = boxes.find((one) => one.id === id)
    return box === undefined ? Result.fail(new MailboxNotFound({ mailbox: id })) : Result.succeed(box)
  }
  const refused = (mailbox: string, code: "exists" | "cannot" | "hasChildren", reason: string) =>
    Result.fail(new MailboxRefused({ mailbox, code, reason }))

  const add = (name: string, specialUse: SpecialUse | undefined, id = `M${nextNumber()}`): Box => {
    const slash = name.lastIndexOf(DELIMITER)
    const parent = name.slice(0, Math.max(0, slash))
    if (parent !== "" && named(parent) === undefined) add(parent, undefined)
    const box: Box = {
      id: id as MailboxId,
      name,
      specialUse,
      subscribed: true,
      uidValidity: nextNumber(),
      uidNext: 1,
      modSeq: 1,
      placements: [],
      vanished: [],
      metadata: new Map()
    }
    boxes.push(box)
    subscriptions.delete(name)
    return box
  }
  const free = (name: string): Result.Result<string, MailboxRefused> => {
    const parsed = parseName(name)
    if ("refused" in parsed) return refused(name, "cannot", parsed.refused)
    return named(parsed.name) === undefined
      ? Result.succeed(parsed.name)
      : refused(name, "exists", "A mailbox of this name exists already")
  }
  for (const { name, specialUse } of STANDARD) add(name, specialUse, name.toLowerCase())

  const threadOf = ({ messageId, references }: MessageStructure, emailId: string): string => {
    const related = messageId === undefined ? references : [...references, messageId]
    const family = related.length === 0 ? [emailId] : related
    const known = family.map((id) => threads.get(id)).find((thread) => thread !== undefined)
    const thread = known ?? `T${nextNumber()}`
    for (const id of family) if (!threads.has(id)) threads.set(id, thread)
    return thread
  }

  const newEmailId = (): EmailId => {
    let id: EmailId
    do id = `E${nextNumber()}` as EmailId
    while (messages.has(id))
    return id
  }

  const makeMessage = (emailId: EmailId, { bytes, protection }: NewMessage): Message => {
    const structure = parse(bytes)
    const threadId = threadOf(structure, emailId)
    const message = { emailId, threadId, bytes: new Uint8Array(bytes), structure, protection }
    messages.set(emailId, message)
    return message
  }

  const place = (box: Box, news: ReadonlyArray<Pick<Placement, "message" | "flags" | "internalDate">>): Array<Uid> => {
    if (news.length > 0) box.modSeq++
    const saveDate = clock.currentTimeMillisUnsafe()
    const uids = news.map((one) => {
      const uid = box.uidNext++ as Uid
      box.placements.push({ ...one, uid, modSeq: box.modSeq, saveDate })
      return uid
    })
    tellChanged(box, uids)
    return uids
  }

  const append = (box: Box, news: ReadonlyArray<NewMessage>): ReadonlyArray<Uid> => {
    const news_: Array<Parameters<typeof place>[1][number]> = []
    const answers = news.map((one): Uid => {
      const known = one.emailId === undefined ? undefined : messages.get(one.emailId)
      const there = box.placements.find(({ message }) => message === known)
      if (there !== undefined) return there.uid
      const twin = news_.findIndex(({ message }) => message === known)
      if (twin >= 0) return box.uidNext + twin as Uid
      const message = known ?? makeMessage(one.emailId ?? newEmailId(), one)
      news_.push({ message, flags: Flag.setOf(one.flags), internalDate: Math.trunc(one.internalDate) })
      return box.uidNext + news_.length - 1 as Uid
    })
    place(box, news_)
    return answers
  }

  const empty = (box: Box, gone: ReadonlyArray<Placement>): void => {
    box.placements = box.placements.filter((placement) => !gone.includes(placement))
    for (const { message } of gone) {
      if (!boxes.some(({ placements }) => placements.some((one) => one.message === message))) {
        messages.delete(message.emailId)
      }
    }
  }

  const remove = (box: Box, gone: ReadonlyArray<Placement>): ReadonlyArray<Uid> => {
    if (gone.length === 0) return []
    const uids = gone.map(({ uid }) => uid)
    const set = UidSet.fromUids(uids)
    box.modSeq++
    empty(box, gone)
    box.vanished.push({ modSeq: box.modSeq, uids: set })
    tell({ _tag: "Vanished", mailbox: box.id, uids: set, modSeq: box.modSeq })
    return uids
  }

  const select = (box: Box, uids: UidSet.UidSet): ReadonlyArray<Placement> =>
    box.placements.filter(({ uid }) => UidSet.has(uids, uid))

  const copy = (id: MailboxId, uids: UidSet.UidSet, target: MailboxId, isMove: boolean) =>
    Result.flatMap(find(id), (box) =>
      Result.map(find(target), (to) => {
        const rows = select(box, uids)
        const placed = place(to, rows)
        if (isMove) remove(box, rows)
        return { uidValidity: to.uidValidity, source: rows.map(({ uid }) => uid), target: placed }
      }))

  const replace = (
    id: MailboxId,
    uid: Uid,
    target: MailboxId,
    message: NewMessage
  ): Result.Result<{ readonly uidValidity: number; readonly uid: Uid }, MailboxNotFound | MessageNotFound> =>
    Result.flatMap(find(id), (box) =>
      Result.flatMap(find(target), (to) => {
        const old = select(box, [{ from: uid, to: uid }])
        if (old.length === 0) return Result.fail(new MessageNotFound({ mailbox: id, uid }))
        const placed = append(to, [message])[0] as Uid
        if (box !== to || placed !== uid) remove(box, old)
        return Result.succeed({ uidValidity: to.uidValidity, uid: placed })
      }))

  const annotated = (id: MailboxId | undefined): Result.Result<{ metadata: Metadata.Metadata }, MailboxNotFound> =>
    id === undefined ? Result.succeed(server) : find(id)

  const annotate = (
    id: MailboxId | undefined,
    changes: ReadonlyArray<Metadata.MetadataChange>
  ): Result.Result<void, MailboxNotFound | MetadataRefused> =>
    Result.flatMap(annotated(id), (one) =>
      Metadata.change(one.metadata, changes).pipe(
        Result.mapError((refused) => new MetadataRefused(refused)),
        Result.map((next) => {
          const entries = Metadata.differing(one.metadata, next)
          one.metadata = next
          if (entries.length > 0) tell({ _tag: "Metadata", mailbox: id, entries })
        })
      ))

  const run = <A, E>(f: () => Result.Result<A, E>): Effect.Effect<A, E> => Effect.suspend(() => Effect.fromResult(f()))

  const tellMailboxes = <A>(value: A): A => {
    tell({ _tag: "Mailboxes" })
    return value
  }

  return MailStore.of({
    mailboxes: Effect.sync(() => boxes.toSorted(byName).map(toMailbox)),
    mailbox: (name) => run(() => Result.map(findNamed(name), toMailbox)),
    mailboxById: (id) => run(() => Result.map(find(id), toMailbox)),
    create: (name, use) =>
      run(() =>
        Result.flatMap(free(name), (canonical) => {
          const taken = use === undefined ? undefined : boxes.find(({ specialUse }) => specialUse === use)
          return taken === undefined
            ? Result.succeed(tellMailboxes(toMailbox(add(canonical, use))))
            : refused(name, "cannot", `${taken.name} has this special use already`)
        })
      ),
    rename: (from, to) =>
      run(() =>
        Result.flatMap(findNamed(from), (box) =>
          Result.flatMap(free(to), (name) => {
            if (box.name !== INBOX && name.startsWith(box.name + DELIMITER)) {
              return refused(to, "cannot", "A mailbox cannot be moved below itself")
            }
            if (box.name === INBOX) {
              const target = tellMailboxes(add(name, undefined))
              target.metadata = box.metadata
              place(target, box.placements)
              remove(box, box.placements)
              return Result.succeed(undefined)
            }
            const old = box.name
            const below = boxes.filter((one) => one.name.startsWith(old + DELIMITER))
            for (const child of below) {
              const parsed = free(name + child.name.slice(old.length))
              if (Result.isFailure(parsed)) return Result.fail(parsed.failure)
            }
            const parent = name.slice(0, Math.max(0, name.lastIndexOf(DELIMITER)))
            if (parent !== "" && named(parent) === undefined) add(parent, undefined)
            for (const one of [box, ...below]) {
              one.name = name + one.name.slice(old.length)
              if (subscriptions.delete(one.name)) one.subscribed = true
            }
            return Result.succeed(tellMailboxes<void>(undefined))
          }))
      ),
    delete: (name) =>
      run(() =>
        Result.flatMap(findNamed(name), (box) => {
          if (box.name === INBOX) return refused(name, "cannot", "INBOX cannot be deleted")
          if (boxes.some((one) => one.name.startsWith(box.name + DELIMITER))) {
            return refused(name, "hasChildren", "The mailbox has others below it; delete those first")
          }
          empty(box, box.placements)
          boxes.splice(boxes.indexOf(box), 1)
          if (box.subscribed) subscriptions.add(box.name)
          return Result.succeed(tellMailboxes<void>(undefined))
        })
      ),
    subscribe: (name, subscribed) =>
      run(() => {
        const box = findNamed(name)
        const parsed = parseName(name)
        if (Result.isFailure(box) && !subscribed && "name" in parsed && subscriptions.delete(parsed.name)) {
          return Result.succeed(tellMailboxes<void>(undefined))
        }
        return Result.map(box, (box) => {
          if (box.subscribed === subscribed) return
          box.subscribed = subscribed
          tellMailboxes(undefined)
        })
      }),
    subscriptions: Effect.sync(() =>
      Array.from(subscriptions, (name) => ({ name })).sort(byName).map(({ name }) => name)
    ),
    usage: Effect.sync(() => ({
      mailboxes: boxes.length,
      messages: boxes.reduce((sum, { placements }) => sum + placements.length, 0),
      size: boxes.reduce((sum, { placements }) => sum + sizeOf(placements), 0),
      stored: Array.from(messages.values()).reduce((sum, { bytes }) => sum + bytes.length, 0),
      free: undefined
    })),
    metadata: (id) => run(() => Result.map(annotated(id), ({ metadata }) => metadata)),
    setMetadata: (id, changes) => run(() => annotate(id, changes)),
    append: (id, news) =>
      run(() => Result.map(find(id), (box) => ({ uidValidity: box.uidValidity, uids: append(box, news) }))),
    replace: (id, uid, target, message) => run(() => replace(id, uid, target, message)),
    copy: (id, uids, target) => run(() => copy(id, uids, target, false)),
    move: (id, uids, target) => run(() => copy(id, uids, target, true)),
    flag: (id, uids, operation, flags, options) =>
      run(() =>
        Result.map(find(id), (box) => {
          const since = options?.unchangedSince ?? Number.POSITIVE_INFINITY
          const rows = select(box, uids)
          const free = rows.filter(({ modSeq }) => modSeq <= since)
          const modified = rows.filter(({ modSeq }) => modSeq > since)
          const altered = free.filter((row) => Flag.apply(row.flags, operation, flags) !== row.flags)
          if (altered.length > 0) box.modSeq++
          for (const row of altered) {
            row.flags = Flag.apply(row.flags, operation, flags)
            row.modSeq = box.modSeq
          }
          tellChanged(box, altered.map(({ uid }) => uid))
          return {
            free: uidsOf(free),
            altered: uidsOf(altered),
            modified: uidsOf(modified),
            modSeq: altered.length > 0 ? box.modSeq : undefined
          }
        })
      ),
    expunge: (id, uids) =>
      run(() =>
        Result.map(find(id), (box) => {
          const rows = select(box, uids ?? UidSet.all).filter(({ flags }) => Flag.includes(flags, "\\Deleted"))
          return { uids: remove(box, rows), modSeq: box.modSeq }
        })
      ),
    snapshot: (id) =>
      run(() =>
        Result.map(find(id), (box) => ({
          mailbox: toMailbox(box),
          placements: toPlacements(box)
        }))
      ),
    locate: (emailIds) =>
      Effect.sync(() =>
        Array.from(new Set(emailIds)).flatMap((emailId) =>
          boxes.toSorted(byName).flatMap(({ id, placements }) =>
            placements.filter(({ message }) => message.emailId === emailId)
              .map(({ uid }) => ({ emailId, mailbox: id, uid }))
          )
        )
      ),
    fetch: (id, uids, fields) =>
      Stream.unwrap(
        run(() =>
          Result.map(find(id), (box) =>
            Stream.fromIterable(select(box, uids), { chunkSize: 1 }).pipe(
              Stream.map((row) => toRecord(row, fields))
            ))
        )
      ),
    sortFacts: (id, uids, keys) =>
      Stream.unwrap(
        run(() =>
          Result.map(find(id), (box) => Stream.fromIterable(select(box, uids).map((row) => toSortFacts(row, keys))))
        )
      ),
    threadFacts: (id, uids) =>
      Stream.unwrap(
        run(() => Result.map(find(id), (box) => Stream.fromIterable(select(box, uids).map(toThreadFacts))))
      ),
    search: (id, query, now) =>
      run(() =>
        Result.map(find(id), (box) => {
          const matches = Search.compile(query, now)
          return box.placements.filter((row) => matches(toFacts(row))).map(({ uid }) => uid)
        })
      ),
    changedSince: (id, modSeq) =>
      run(() =>
        Result.map(find(id), (box) => ({
          changed: uidsOf(box.placements.filter((row) => row.modSeq > modSeq)),
          vanished: UidSet.fromRanges(box.vanished.filter((one) => one.modSeq > modSeq).flatMap(({ uids }) => uids)),
          modSeq: box.modSeq
        }))
      ),
    changes: Stream.fromPubSub(pubsub)
  })
})

export const layer: Layer.Layer<MailStore> = Layer.effect(MailStore, make)
