/** Whether the attachments of a mailbox are kept on this device: what a person chose, as an annotation of the mailbox. */
import type { EntryName } from "./Metadata.ts"

export const ENTRY: EntryName = "/private/vendor/leap-mail/contents"

/** `onDemand`: fetched when they are read; of those, the ones read last stay, `budget` octets of them. */
export type KeepContents =
  | { readonly _tag: "local" }
  | { readonly _tag: "onDemand"; readonly budget: number }

export const LOCAL: KeepContents = { _tag: "local" }
export const DEFAULT_BUDGET = 100_000_000

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 1e3, M: 1e6, G: 1e9 }
const MAX_TEXT = 64

/** `local`, `on-demand` or `on-demand 500M`; undefined for anything else. */
export const parse = (text: string): KeepContents | undefined => {
  const [, word, digits, unit = ""] = /^\s*(local|on-demand)(?:\s+(\d{1,12})\s*([KMG]?)B?)?\s*$/i.exec(text) ?? []
  if (word === undefined) return undefined
  if (word.toLowerCase() === "local") return digits === undefined ? LOCAL : undefined
  const budget = digits === undefined ? DEFAULT_BUDGET : Number(digits) * (UNITS[unit.toUpperCase()] ?? 1)
  return { _tag: "onDemand", budget }
}

/** Of the annotation's value. What nobody can have meant keeps everything here. */
export const fromValue = (value: Uint8Array | undefined): KeepContents =>
  value === undefined || value.length > MAX_TEXT ? LOCAL : parse(new TextDecoder().decode(value)) ?? LOCAL

export const encode = (choice: KeepContents): string => choice._tag === "local" ? "local" : `on-demand ${choice.budget}`
