/** Which annotations others changed, until the client can be told (RFC 5464 §4.4.2). */
import type { MailboxId } from "../../domain/mailbox/Mailbox.ts"
import type { EntryName } from "../../domain/mailbox/Metadata.ts"

/** undefined: the server's. */
type Holder = MailboxId | undefined

export interface MetadataNews {
  /** To tell. */
  readonly changed: Map<Holder, ReadonlySet<EntryName>>
  /** Changes of the session itself, that the store will tell it of. */
  readonly expected: Array<Own>
}

interface Own {
  readonly holder: Holder
  readonly entries: ReadonlyArray<EntryName>
}

export const make = (): MetadataNews => ({ changed: new Map(), expected: [] })

/** The session is about to change these; the answer takes that back. */
export const expect = ({ expected }: MetadataNews, holder: Holder, entries: ReadonlyArray<EntryName>): () => void => {
  const own: Own = { holder, entries }
  if (entries.length > 0) expected.push(own)
  return () => {
    const at = expected.indexOf(own)
    if (at >= 0) expected.splice(at, 1)
  }
}

/**
 * Is it the session's own? Where another changed the same at the same moment, one of the two is taken for it, and the
 * client hears of the other: it asks once, and learns what is.
 */
export const takeOwn = ({ expected }: MetadataNews, holder: Holder, entries: ReadonlyArray<EntryName>): boolean => {
  const own = expected.findIndex((one) => one.holder === holder && one.entries.join() === entries.join())
  if (own >= 0) expected.splice(own, 1)
  return own >= 0
}

export const note = ({ changed }: MetadataNews, holder: Holder, entries: ReadonlyArray<EntryName>): void => {
  changed.set(holder, new Set([...changed.get(holder) ?? [], ...entries]))
}

export const take = ({ changed }: MetadataNews): ReadonlyArray<readonly [Holder, ReadonlyArray<EntryName>]> => {
  const all = Array.from(changed, ([holder, entries]) => [holder, [...entries]] as const)
  changed.clear()
  return all
}
