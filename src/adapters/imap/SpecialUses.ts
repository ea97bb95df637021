/** What mailboxes are for (RFC 6154, RFC 8457), as IMAP writes it. */
import type { SpecialUse } from "../../domain/mailbox/Mailbox.ts"

const ATTRIBUTES: ReadonlyArray<readonly [SpecialUse, string]> = [
  ["drafts", "\\Drafts"],
  ["sent", "\\Sent"],
  ["trash", "\\Trash"],
  ["junk", "\\Junk"],
  ["archive", "\\Archive"],
  ["all", "\\All"],
  ["flagged", "\\Flagged"],
  ["important", "\\Important"]
]

const byUse = new Map(ATTRIBUTES)
const byAttribute = new Map(ATTRIBUTES.map(([use, attribute]) => [attribute.toLowerCase(), use]))

/** A search, not a place: what a client puts into such a mailbox would not make it one (RFC 6154 §2). */
const VIRTUAL: ReadonlySet<SpecialUse> = new Set(["all", "flagged"])

export const attributeOf = (use: SpecialUse): string => byUse.get(use) ?? ""

/** Of those that a client may give to a mailbox. */
export const useOf = (attribute: string): SpecialUse | undefined => {
  const use = byAttribute.get(attribute.toLowerCase())
  return use === undefined || VIRTUAL.has(use) ? undefined : use
}
