/**
 * A mailbox as a person's is, in what makes it large: texts of 2 to 20 KB, a logo below every seventh message, a
 * document on every eighth. Of the documents two in five were there before: forwarded, sent back, kept in Sent.
 * The logos are those of 30 correspondents.
 */
import * as Attachment from "./Attachment.ts"
import * as Mail from "./Mail.ts"
import * as Random from "./Random.ts"

const FIRST = 3_000_000
const LOGOS = 30

/** Between, and as likely in each doubling. */
const logUniform = (random: Random.Random, least: number, most: number): number =>
  Math.round(least * (most / least) ** random.next())

const sizeOf = (kind: "image" | "document", number: number): number =>
  kind === "image"
    ? logUniform(Random.make(number), 6_000, 40_000)
    : logUniform(Random.make(number), 40_000, 1_000_000)

/** The mailbox's messages in their order. `repeats` false: every attachment has its size, but is one of a kind. */
export const make = (repeats: boolean): () => Buffer => {
  const random = Random.make(FIRST)
  const documents: Array<number> = []
  let index = FIRST
  const attachment = (kind: "image" | "document", number: number) =>
    Attachment.make(repeats ? number : index, sizeOf(kind, number), kind)
  const document = (): number => {
    const known = random.next() < 2 / 5 ? documents[random.below(documents.length)] : undefined
    if (known === undefined) documents.push(index)
    return known ?? index
  }
  return () => {
    index++
    const octets = logUniform(random, 2_000, 20_000)
    const attachments = random.next() < 1 / 7
      ? [attachment("image", random.below(LOGOS))]
      : random.next() < 1 / 8
      ? [attachment("document", document())]
      : []
    return Mail.message(index, octets, attachments)
  }
}
