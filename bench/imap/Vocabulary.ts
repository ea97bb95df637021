/** Made-up words, as often as words are in a language: the k-th most frequent has about 1/k of the first one's share. */
import * as Random from "./Random.ts"

const SIZE = 20_000
const ONSETS = "b bl br c ch d dr f fl g gr h j k l m n p pl qu r s sh sl st str t th tr v w z".split(" ")
const NUCLEI = "a e i o u ai ea ee ou ie".split(" ")
const CODAS = ["", "", "", "", "l", "m", "n", "r", "s", "t", "nd", "ng", "rt", "st", "ck"]
const ACCENTS: Readonly<Record<string, string>> = { a: "=C3=A4", e: "=C3=A9", o: "=C3=B6", u: "=C3=BC" }
/** Every so many-th word has a letter beyond ASCII. */
const ACCENTED = 40

const pick = (random: Random.Random, from: ReadonlyArray<string>): string => from[random.below(from.length)] ?? ""

const syllable = (random: Random.Random): string => pick(random, ONSETS) + pick(random, NUCLEI) + pick(random, CODAS)

/** Frequent words are short. */
const words: ReadonlyArray<string> = (() => {
  const random = Random.make(7)
  const made = new Set<string>()
  while (made.size < SIZE) {
    const syllables = made.size < 200 ? 1 : made.size < 4000 ? 2 : 3
    made.add(Array.from({ length: syllables }, () => syllable(random)).join(""))
  }
  return [...made]
})()

const accented = (word: string): string => word.replace(/[aeou]/, (letter) => ACCENTS[letter] ?? letter)

/** The same words where quoted-printable (UTF-8) may carry more than ASCII. */
const quotedWords: ReadonlyArray<string> = words.map((word, rank) => rank % ACCENTED === 0 ? accented(word) : word)

const rank = (random: Random.Random): number => Math.floor(SIZE ** random.next()) - 1

export const word = (random: Random.Random): string => words[rank(random)] ?? ""
export const quotedWord = (random: Random.Random): string => quotedWords[rank(random)] ?? ""

/** ASCII in every message that has it. */
export const wordAt = (at: number): string => words[at % ACCENTED === 0 ? at + 1 : at] ?? ""

/** In no text, though each of its parts is: an index of fragments alone cannot tell. */
export const missingWord = (random: Random.Random): string => {
  for (;;) {
    const made = Array.from({ length: 4 }, () => syllable(random)).join("")
    if (!words.some((word) => word.includes(made))) return made
  }
}
