/** The bytes of messages between this device and the provider, sealed: those that are wanted come newest first. */
import { Clock, Effect } from "effect"
import { type LackingMessage, type PendingDocument, ReplicaStore } from "../../ports/ReplicaStore.ts"
import { Replication } from "../../ports/Replication.ts"
import type { EmailId } from "../mailbox/Mailbox.ts"
import { openContent, sealContent } from "../vault/Stream.ts"
import { contentId } from "./DocumentId.ts"
import type { ReplicaVault } from "./ReplicaVault.ts"

const PAGE = 200
/** At a time; each may be a whole message in memory. */
const FETCHES = 8
/** Milliseconds between two words of how far it is. */
const TELL = 5000

/**
 * Bytes of the messages that are known by name only, newest first, `limit` at most. One that the provider lost leaves the
 * others alone. Interrupted, it goes on where it was: what is here is not asked for again.
 */
export const fetchContents = Effect.fn("Contents.fetchContents")(function*(vault: ReplicaVault, limit = Infinity) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  let fetched = 0
  let told = yield* Clock.currentTimeMillis
  const tell = Effect.fnUntraced(function*() {
    const now = yield* Clock.currentTimeMillis
    if (now - told < TELL) return
    told = now
    yield* Effect.logInfo("Mail is coming from the provider", { here: fetched, left: yield* store.lackingCount })
  })
  const fetchMessage = Effect.fnUntraced(function*({ email }: LackingMessage) {
    const id = yield* contentId(vault.ids, email)
    const sealed = yield* replication.getBlob(id)
    if (sealed === undefined) yield* Effect.logWarning("The provider does not have the bytes of a message", id)
    else {
      yield* store.supply(email, yield* openContent(vault.root, { account: vault.address, id }, sealed))
      fetched++
    }
  })
  let asked = 0
  let last: LackingMessage | undefined
  while (asked < limit) {
    const messages = yield* store.lacking(last, Math.min(PAGE, limit - asked))
    if (messages.length === 0) break
    yield* Effect.forEach(messages, fetchMessage, { concurrency: FETCHES, discard: true })
    yield* tell()
    asked += messages.length
    last = messages.at(-1)
  }
})

/** Before the documents that promise them. */
export const putContents = Effect.fnUntraced(function*(vault: ReplicaVault, batch: ReadonlyArray<PendingDocument>) {
  const replication = yield* Replication
  const store = yield* ReplicaStore
  const emails = new Map<string, EmailId>()
  for (const { document } of batch) {
    if (document._tag !== "message" || !document.exists.value) continue
    emails.set(yield* contentId(vault.ids, document.email), document.email)
  }
  if (emails.size === 0) return
  const missing = yield* replication.missingBlobs(Array.from(emails.keys()))
  const put = Effect.fnUntraced(function*(id: string) {
    const email = emails.get(id)
    const bytes = email === undefined ? undefined : yield* store.bytes(email)
    if (bytes === undefined) return
    yield* replication.putBlob(id, yield* sealContent(vault.root, { account: vault.address, id }, bytes))
  })
  yield* Effect.forEach(missing, put, { concurrency: FETCHES, discard: true })
})
