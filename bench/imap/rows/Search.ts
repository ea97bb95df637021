/** SEARCH: a word that about one of 100 messages has, and one that none has. Each round has words of its own. */
import { Effect } from "effect"
import { milliseconds } from "../../Unit.ts"
import * as Mail from "../Mail.ts"
import * as Mailboxes from "../Mailboxes.ts"
import { count, type Row, type Sizes, type Subject, type Target, timed } from "../Row.ts"

/** So that no row asks for the words of another. */
const ROUNDS = 20

const search = (key: string, needle: (round: number) => string) =>
  Effect.fnUntraced(function*(subject: Subject) {
    const client = yield* Mailboxes.selected(subject, "Main")
    const command = `SEARCH ${key} ${needle(subject.round)}`
    const [milliseconds, { text }] = yield* timed(client.command(command, true))
    const found = /^\* SEARCH(.*?) ?\r$/m.exec(text())?.[1] ?? ""
    return { costs: [milliseconds], answer: `${command}:${found}` }
  })

const row = (
  { messages }: Sizes,
  key: string,
  hits: "hit" | "miss",
  target: Target,
  needle: (round: number) => string
): Row => ({
  key: `search-${key.toLowerCase()}-${hits}`,
  needs: "Main",
  lines: [{ name: `SEARCH ${key}, ${hits}, ${count(messages)}`, unit: milliseconds, target }],
  sample: search(key, needle)
})

export const rows = (sizes: Sizes): ReadonlyArray<Row> => {
  // The first search for a header makes Dovecot cache it; a client that searches once will search again.
  const subject = (hits: "hit" | "miss", needle: (round: number) => string): Row => ({
    ...row(sizes, "SUBJECT", hits, { mail_crypt: 2, plain: 2 }, needle),
    prepare: search("SUBJECT", () => Mail.missingWord(6 * ROUNDS))
  })
  const text: Target = { mail_crypt: 200, plain: 20 }
  return [
    subject("hit", Mail.subjectWord),
    subject("miss", Mail.missingWord),
    row(sizes, "BODY", "hit", text, Mail.bodyWord),
    row(sizes, "BODY", "miss", text, (round) => Mail.missingWord(ROUNDS + round)),
    row(sizes, "TEXT", "hit", text, (round) => Mail.bodyWord(ROUNDS + round)),
    row(sizes, "TEXT", "miss", text, (round) => Mail.missingWord(2 * ROUNDS + round))
  ]
}
