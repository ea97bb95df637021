/** The recovery phrase: 32 random bytes as 24 words of BIP-39's English list, the last of which holds a checksum. */
import { entropyToMnemonic, validateMnemonic } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import { Redacted, Schema } from "effect"

export const ENTROPY_BYTES = 32
const WORDS = 24

export class PhraseRefused extends Schema.TaggedError<PhraseRefused>()("PhraseRefused", { reason: Schema.String }) {
  override get message(): string {
    return `This is no recovery phrase: ${this.reason}`
  }
}

const LIST = new Set(wordlist)

export const fromEntropy = (entropy: Uint8Array): Redacted.Redacted<string> =>
  Redacted.make(entropyToMnemonic(entropy, wordlist), { label: "recovery phrase" })

/** As a person types it: any case and spacing, with or without the numbers of a written list. */
export const read = (typed: Redacted.Redacted<string>): Redacted.Redacted<string> | PhraseRefused => {
  const words = Redacted.value(typed).normalize("NFKD").toLowerCase().split(/[\s,;]+/)
    .filter((word) => word !== "" && !/^\d+[.)]?$/.test(word))
  if (words.length !== WORDS) {
    return new PhraseRefused({ reason: `it has ${WORDS} words, and these are ${words.length}` })
  }
  const strange = words.findIndex((word) => !LIST.has(word))
  // The word itself stays out of what may be logged.
  if (strange >= 0) return new PhraseRefused({ reason: `word ${strange + 1} is not in the list: look at its spelling` })
  const phrase = words.join(" ")
  return validateMnemonic(phrase, wordlist)
    ? Redacted.make(phrase, { label: "recovery phrase" })
    : new PhraseRefused({ reason: "its words do not belong together in this order" })
}
