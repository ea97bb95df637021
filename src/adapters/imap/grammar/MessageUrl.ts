/** IMAP URLs of messages and their parts, as far as they stay within one account (RFC 5092, RFC 4469 §3). */
import { Option, Result } from "effect"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import type { SectionSpec } from "../../../domain/message/Section.ts"
import { type Partial, section } from "./FetchItem.ts"
import * as Lexer from "./Lexer.ts"
import { latin1OfUtf8 } from "./MailboxName.ts"

export interface MessageUrl {
  /** The selected one, where undefined. */
  readonly mailbox: string | undefined
  readonly uidValidity: number | undefined
  readonly uid: number
  readonly section: SectionSpec
  /** To the end, where it has no length. */
  readonly partial: Pick<Partial, "offset"> & { readonly length: number | undefined } | undefined
}

const WHOLE: SectionSpec = { path: [], text: "ALL" }

/** `"/" enc-mailbox [uidvalidity] iuid [isection] [ipartial]`, or from `iuid` on. The rest has meaning elsewhere only. */
const URL =
  /^(?:\/([^;?]+?)(?:;UIDVALIDITY=([1-9]\d{0,9}))?\/?)?;UID=([1-9]\d{0,9})(?:\/;SECTION=([^;?]+))?(?:\/;PARTIAL=(\d{1,10})(?:\.([1-9]\d{0,9}))?)?$/i

/** Octets written as `%xx`, all in all UTF-8. */
const decoded = Option.liftThrowable(decodeURIComponent)

const readSection = (encoded: string): Option.Option<SectionSpec> =>
  Option.flatMap(decoded(encoded), (text) => {
    const lexer = Lexer.make(fromLatin1(latin1OfUtf8(`[${text}]`)))
    return Option.filter(Result.getSuccess(section(lexer)), () => Lexer.isAtEnd(lexer))
  })

const numberOf = (digits: string | undefined): number | undefined => digits === undefined ? undefined : Number(digits)

export const parse = (url: string): MessageUrl | undefined => {
  const [whole, name, uidValidity, uid, encodedSection, offset, length] = URL.exec(url) ?? []
  if (whole === undefined) return undefined
  const mailbox = name === undefined ? Option.some(undefined) : decoded(name)
  const spec = encodedSection === undefined ? Option.some(WHOLE) : readSection(encodedSection)
  if (Option.isNone(mailbox) || Option.isNone(spec)) return undefined
  return {
    mailbox: mailbox.value,
    uidValidity: numberOf(uidValidity),
    uid: Number(uid),
    section: spec.value,
    partial: offset === undefined ? undefined : { offset: Number(offset), length: numberOf(length) }
  }
}
