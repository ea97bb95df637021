/**
 * What is known of a message besides its bytes, computed once at arrival. Plain data that survives JSON, so that a
 * store keeps it beside the message. Offsets count octets from the start of the message; `end` is exclusive.
 */

export interface Parameter {
  readonly name: string
  /** RFC 2231 and encoded-words decoded. */
  readonly value: string
}

/** A MIME entity (RFC 2045). The root is the message itself. */
export interface Part {
  /** Lower case, as `text`; what cannot be read is `text/plain` or `application/octet-stream` by RFC 2045 §5.2. */
  readonly type: string
  readonly subtype: string
  readonly parameters: ReadonlyArray<Parameter>
  /** Lower case, `7bit` when absent. */
  readonly encoding: string
  readonly disposition: string | undefined
  readonly dispositionParameters: ReadonlyArray<Parameter>
  /** Raw octets as one character each (latin1), white space trimmed. */
  readonly id: string | undefined
  readonly description: string | undefined
  readonly md5: string | undefined
  readonly location: string | undefined
  readonly language: ReadonlyArray<string>
  /** The header block [headerStart, bodyStart) includes the blank line that ends it. */
  readonly headerStart: number
  readonly bodyStart: number
  readonly bodyEnd: number
  /** Line count of the body, for text/* and message/rfc822 (RFC 9051 §7.5.2). */
  readonly lines: number
  /** Children of a multipart. Empty for a leaf. */
  readonly parts: ReadonlyArray<Part>
  /** The message inside, for message/rfc822 and message/global. */
  readonly message: EmbeddedMessage | undefined
}

export interface EmbeddedMessage {
  readonly envelope: Envelope
  readonly root: Part
}

/** RFC 9051 §7.5.2 address structure; strings are raw octets as latin1 characters, encoded-words untouched. */
export interface EnvelopeAddress {
  readonly name: string | undefined
  readonly route: string | undefined
  /** Group syntax: mailbox is the group's name and host undefined at its start; both undefined at its end. */
  readonly mailbox: string | undefined
  readonly host: string | undefined
}

/** RFC 9051 §7.5.2; strings are raw octets as latin1 characters, unfolded. From/Sender/Reply-To defaulted. */
export interface Envelope {
  readonly date: string | undefined
  readonly subject: string | undefined
  readonly from: ReadonlyArray<EnvelopeAddress>
  readonly sender: ReadonlyArray<EnvelopeAddress>
  readonly replyTo: ReadonlyArray<EnvelopeAddress>
  readonly to: ReadonlyArray<EnvelopeAddress>
  readonly cc: ReadonlyArray<EnvelopeAddress>
  readonly bcc: ReadonlyArray<EnvelopeAddress>
  readonly inReplyTo: string | undefined
  readonly messageId: string | undefined
}

export interface MessageStructure {
  readonly size: number
  readonly envelope: Envelope
  readonly root: Part
  /** `Date:` header as milliseconds, when it can be read; `sentDay` is its calendar day as written (UTC midnight). */
  readonly sentAt: number | undefined
  readonly sentDay: number | undefined
  /** Message-IDs without angle brackets: of References, else of In-Reply-To (RFC 5256 §2.2). */
  readonly references: ReadonlyArray<string>
  readonly messageId: string | undefined
}
