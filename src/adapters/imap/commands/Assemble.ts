/** Messages to append, made of the parts that CATENATE names (RFC 4469). */
import { Clock, Effect, Stream } from "effect"
import type { Uid } from "../../../domain/mailbox/Uid.ts"
import { concat } from "../../../domain/message/Latin1.ts"
import { partial as slice, section } from "../../../domain/message/Section.ts"
import type { NewMessage } from "../../../ports/MailStore.ts"
import type { AppendMessage, AppendPart } from "../grammar/AppendCommand.ts"
import * as MessageUrl from "../grammar/MessageUrl.ts"
import { MAX_MESSAGE } from "../Limits.ts"
import { type CommandError, no, refused, type Selected, speaksUtf8, type State, type Store, word } from "../State.ts"

/** RFC 3502: how a client that changed its mind ends a command that it has begun. */
const cancelled = no("A message has at least one octet: nothing was appended")
const tooBig = no(`All messages of a command together have at most ${MAX_MESSAGE} octets`, word("TOOBIG"))
/**
 * RFC 6855 §4. quirk_8bit_headers: headers that are not said to be UTF-8 may have any octets, as mail always had; who
 * syncs it from elsewhere can do nothing about that.
 */
const notUtf8 = no("UTF8 comes after ENABLE UTF8=ACCEPT", word("CANNOT"))

const badUrl = (url: string, why: string) => refused(no(why, { _tag: "BadUrl", url }))

/** \Seen stays as it was. */
const fetched = Effect.fnUntraced(function*(
  store: Store,
  selected: Selected | undefined,
  text: string
): Effect.fn.Return<Uint8Array, CommandError> {
  const url = MessageUrl.parse(text)
  if (url === undefined) return yield* badUrl(text, "A part is named as /mailbox/;UID=1/;SECTION=1.2")
  const missing = badUrl(text, "There is no such mailbox (any more)")
  if (url.mailbox === undefined && selected === undefined) return yield* missing
  const mailbox = yield* (url.mailbox === undefined && selected !== undefined
    ? store.mailboxById(selected.mailbox)
    : store.mailbox(url.mailbox ?? "")).pipe(Effect.catchTag("MailboxNotFound", () => missing))
  if (url.uidValidity !== undefined && url.uidValidity !== mailbox.uidValidity) {
    return yield* badUrl(text, "The mailbox is another one by now: its UIDVALIDITY has changed")
  }
  const uid = url.uid as Uid
  const record = yield* store.fetch(mailbox.id, [{ from: uid, to: uid }], { bytes: true, structure: true }).pipe(
    Stream.runHead,
    Effect.catchTag("MailboxNotFound", () => missing),
    Effect.flatMap(Effect.fromOption),
    Effect.catchTag("NoSuchElementError", () => badUrl(text, "There is no such message (any more)"))
  )
  const { bytes, structure } = record
  const octets = bytes === undefined || structure === undefined ? undefined : section(structure, bytes, url.section)
  if (octets === undefined) return yield* badUrl(text, "The message has no such part")
  return url.partial === undefined ? octets : slice(octets, url.partial.offset, url.partial.length ?? octets.length)
})

const octetsOf = (
  state: State,
  store: Store,
  part: AppendPart
): Effect.Effect<Uint8Array, CommandError> => {
  if (part._tag === "Url") return fetched(store, state.selected, part.url)
  return part.utf8 && !speaksUtf8(state) ? Effect.fail(refused(notUtf8)) : Effect.succeed(part.octets)
}

/** What there is so far counts, so that no list of URLs fills the memory. */
export const assemble = Effect.fnUntraced(function*(
  state: State,
  store: Store,
  messages: ReadonlyArray<AppendMessage>
): Effect.fn.Return<ReadonlyArray<NewMessage>, CommandError> {
  const now = yield* Clock.currentTimeMillis
  const made: Array<NewMessage> = []
  let total = 0
  for (const { flags, internalDate = now, parts } of messages) {
    const pieces: Array<Uint8Array> = []
    for (const part of parts) {
      const octets = yield* octetsOf(state, store, part)
      total += octets.length
      if (total > MAX_MESSAGE) return yield* refused(tooBig)
      pieces.push(octets)
    }
    const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : concat(pieces)
    if (bytes.length === 0) return yield* refused(cancelled)
    made.push({ bytes, flags, internalDate })
  }
  return made
})
