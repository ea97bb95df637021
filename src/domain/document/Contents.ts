/**
 * The bytes of messages from the provider to this device: first what a message is read by, newest first, then the contents
 * that were cut out of it, and those at once that somebody waits for.
 */
import { Clock, Effect, Option, Result, Stream } from "effect"
import type { Crypto } from "../../ports/Crypto.ts"
import {
  type AskForContent,
  type LackingContent,
  type LackingMessage,
  type LackingOriginal,
  ReplicaStore,
  type SuppliedMessage
} from "../../ports/ReplicaStore.ts"
import { Replication } from "../../ports/Replication.ts"
import { openContent } from "../vault/Stream.ts"
import { messageBlob, originalBlob } from "./DocumentId.ts"
import * as Outline from "./Outline.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"

const PAGE = 200
/** Of one look at what is lacking. */
const CONTENTS_PAGE = 8
/** Messages of one call. */
const TOGETHER = 64
/** Messages taken in together: one transaction, and one word to the listeners. */
const AT_ONCE = 32
/** These are large, and readers come between them. */
const CONTENTS = 4
/** Nanoseconds between two words of how far it is. */
const TELL = 5_000_000_000n

const fetchBlob = Effect.fnUntraced(function*(vault: ReplicaVault, id: string) {
  const replication = yield* Replication
  const sealed = yield* replication.getBlob(id)
  return sealed && (yield* openContent(vault.root, { account: vault.address, id }, sealed))
})

/** A message and the blob that it is in; the blob, where it has come. */
interface Named {
  readonly message: LackingMessage
  readonly id: string
  readonly sealed?: Uint8Array | undefined
}

/** Undefined where it cannot be used. */
const openMessage = Effect.fnUntraced(function*(vault: ReplicaVault, { id, message, sealed }: Named) {
  if (sealed === undefined) {
    yield* Effect.logWarning("The provider does not have the bytes of a message", id)
    return undefined
  }
  const bytes = yield* openContent(vault.root, { account: vault.address, id }, sealed)
  const filled = Outline.fill(bytes, message.contents ?? [])
  if (Result.isFailure(filled)) {
    yield* Effect.logWarning("The bytes of a message cannot be used", id, filled.failure)
    return undefined
  }
  const supplied: SuppliedMessage = { ...message, bytes: filled.success }
  return supplied
})

/** Answers how many are here now. */
const takeMessages = Effect.fnUntraced(function*(vault: ReplicaVault, come: ReadonlyArray<Named>) {
  const store = yield* ReplicaStore
  const opened = yield* Effect.forEach(come, (one) => openMessage(vault, one))
  const messages = opened.filter((one) => one !== undefined)
  yield* store.supply(messages)
  return messages.length
})

/** Answers whether it is here now. */
const fetchContent = Effect.fnUntraced(function*(vault: ReplicaVault, content: LackingContent) {
  const store = yield* ReplicaStore
  const { blob, length } = content
  const bytes = yield* fetchBlob(vault, blob)
  if (bytes?.length !== length) {
    yield* Effect.logWarning("The provider does not have a content of a message", blob)
    return false
  }
  yield* store.supplyContent(content, bytes)
  return true
})

/** What a reader is told by; why it failed is logged. */
export const makeAsk = (
  vault: ReplicaVault
): Effect.Effect<AskForContent, never, Replication | ReplicaStore | Crypto> =>
  Effect.map(
    Effect.context<Replication | ReplicaStore | Crypto>(),
    (context): AskForContent => (content) =>
      fetchContent(vault, content).pipe(
        Effect.catch((error) =>
          Effect.as(Effect.logWarning("A content could not be fetched from the provider", error), false)
        ),
        Effect.provideContext(context)
      )
  )

/** Says how far it is, now and then. */
const makeTell = Effect.fnUntraced(function*<E>(what: string, left: Effect.Effect<number, E>) {
  let told = yield* Clock.monotonicTimeNanos
  return Effect.fnUntraced(function*(here: number) {
    const now = yield* Clock.monotonicTimeNanos
    if (now - told < TELL) return
    told = now
    yield* Effect.logInfo(what, { here, left: yield* left })
  })
})

/** How far the lacking messages are asked for. */
interface Asked {
  readonly asked: number
  readonly last: LackingMessage | undefined
  /** Known by name, and not yet asked for. */
  readonly rest: ReadonlyArray<Named>
}

/**
 * Bytes of the messages that are known by name only, newest first, `limit` at most; answers how many came. One that the
 * provider lost leaves the others alone. Interrupted, it goes on where it was: what is here is not asked for again.
 */
export const fetchMessages = Effect.fn("Contents.fetchMessages")(function*(vault: ReplicaVault, limit = Infinity) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const tell = yield* makeTell("Mail is coming from the provider", store.lackingCount)
  const nextPage = Effect.fnUntraced(function*({ asked, last }: Asked) {
    const page = yield* store.lacking(last, Math.min(PAGE, limit - asked))
    // One that waits in two mailboxes is listed for each.
    const messages = new Map(page.map((message) => [message.email, message])).values()
    const rest = yield* Effect.forEach(
      messages,
      (message) => Effect.map(messageBlob(vault.ids, message), (id): Named => ({ message, id }))
    )
    return { asked: asked + page.length, last: page.at(-1), rest }
  })
  const next = Effect.fnUntraced(function*(before: Asked) {
    const asked = before.rest.length > 0 ? before : yield* nextPage(before)
    const wanted = asked.rest.slice(0, TOGETHER)
    if (wanted.length === 0) return [[], Option.none<Asked>()] as const
    const blobs = yield* replication.getBlobs(wanted.map(({ id }) => id))
    const come = wanted.slice(0, blobs.length).map((one, index): Named => ({ ...one, sealed: blobs[index] }))
    return [come, Option.some<Asked>({ ...asked, rest: asked.rest.slice(blobs.length) })] as const
  })
  let fetched = 0
  const start: Asked = { asked: 0, last: undefined, rest: [] }
  yield* Stream.paginate(start, next).pipe(
    // While some are taken in, the next are on their way.
    Stream.bufferArray({ capacity: 1 }),
    Stream.runForEachArray(Effect.fnUntraced(function*(come) {
      for (let at = 0; at < come.length; at += AT_ONCE) {
        fetched += yield* takeMessages(vault, come.slice(at, at + AT_ONCE))
      }
      yield* tell(fetched)
    }))
  )
  return fetched
})

/** As `fetchMessages`: the contents that should be here and are not. */
export const fetchContents = Effect.fn("Contents.fetchContents")(function*(vault: ReplicaVault) {
  const store = yield* ReplicaStore
  const tell = yield* makeTell("Attachments are coming from the provider", store.lackingContentsCount)
  let fetched = 0
  let last: LackingContent | undefined
  for (;;) {
    const contents = yield* store.lackingContents(last, CONTENTS_PAGE)
    if (contents.length === 0) break
    const come = yield* Effect.forEach(contents, (one) => fetchContent(vault, one), { concurrency: CONTENTS })
    fetched += come.filter((isHere) => isHere).length
    yield* tell(fetched)
    last = contents.at(-1)
  }
})

const fetchOriginal = Effect.fnUntraced(function*(vault: ReplicaVault, { email, length }: LackingOriginal) {
  const store = yield* ReplicaStore
  const bytes = yield* fetchBlob(vault, yield* originalBlob(vault.ids, email))
  if (bytes?.length === length) return yield* store.supplyOriginal(email, bytes)
  yield* Effect.logWarning("The provider does not have a message as it came", email)
})

/** As `fetchMessages`: messages as they came, when they can be read already. */
export const fetchOriginals = Effect.fn("Contents.fetchOriginals")(function*(vault: ReplicaVault) {
  const store = yield* ReplicaStore
  let last: LackingOriginal | undefined
  for (;;) {
    const originals = yield* store.lackingOriginals(last, PAGE)
    if (originals.length === 0) break
    const wanted = originals.filter(({ isWanted }) => isWanted)
    yield* Effect.forEach(wanted, (one) => fetchOriginal(vault, one), { concurrency: CONTENTS, discard: true })
    last = originals.at(-1)
  }
})

/** Mailboxes with contents on demand keep so much and no more; what the provider does not have stays. */
export const dropSurplus = Effect.fn("Contents.dropSurplus")(function*() {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const surplus = yield* store.surplusContents(PAGE)
  if (surplus.length === 0) return
  const missing = new Set(yield* replication.missingBlobs(surplus.map(({ blob }) => blob)))
  yield* store.dropContents(surplus.filter(({ blob }) => !missing.has(blob)))
})
