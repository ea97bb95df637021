/** LIST with its options (RFC 5258), and LSUB (RFC 3501 §6.3.9). */
import { Effect } from "effect"
import { DELIMITER, type Mailbox, type MailboxName } from "../../../domain/mailbox/Mailbox.ts"
import type { EntryName } from "../../../domain/mailbox/Metadata.ts"
import type { Command } from "../grammar/Command.ts"
import type { Returned, Selection } from "../grammar/List.ts"
import type { Response } from "../grammar/Response.ts"
import { compile } from "../MailboxPattern.ts"
import { attributeOf } from "../SpecialUses.ts"
import { type CommandError, type Completion, done, type State, type Store } from "../State.ts"
import { statusResponse } from "./Status.ts"

type Listed = Extract<Response, { _tag: "List" }>

const ALL: Selection = { subscribed: false, specialUse: false, recursive: false }
const NOTHING_MORE: Returned = { subscribed: false, status: [], metadata: [] }

const parentOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf(DELIMITER)))

const above = (name: string): ReadonlyArray<string> => {
  const names: Array<string> = []
  for (let at = parentOf(name); at !== ""; at = parentOf(at)) names.push(at)
  return names
}

/** Those that have mailboxes below them. */
export const parentsOf = (mailboxes: ReadonlyArray<Mailbox>): ReadonlySet<string> =>
  new Set(mailboxes.map(({ name }) => parentOf(name)))

/** RFC 5258 §4 and RFC 6154 §2: what a client wants to know to draw the tree. */
const attributesOf = (
  mailbox: Mailbox,
  parents: ReadonlySet<string>,
  tellsSubscribed: boolean
): Array<string> => {
  const attributes = [parents.has(mailbox.name) ? "\\HasChildren" : "\\HasNoChildren"]
  if (tellsSubscribed && mailbox.subscribed) attributes.push("\\Subscribed")
  if (mailbox.specialUse !== undefined) attributes.push(attributeOf(mailbox.specialUse))
  return attributes
}

/** The name as the client gave it, where the mailbox has it in another normal form (RFC 9051 §5.1). */
export const denormalized = (given: string): string | undefined => given.normalize("NFC") === given ? undefined : given

/** Of one mailbox, told without being asked for it by LIST. */
export const listResponse = (mailbox: Mailbox, parents: ReadonlySet<string>, oldName: string | undefined): Listed => ({
  _tag: "List",
  name: "LIST",
  attributes: attributesOf(mailbox, parents, true),
  mailbox: mailbox.name,
  oldName
})

interface Choice {
  /** Undefined of a subscribed name that has none. */
  readonly mailbox: Mailbox | undefined
  readonly isChosen: boolean
  readonly listed: Listed
}

/**
 * RFC 5258 §3.5: with RECURSIVEMATCH a mailbox is told that has a chosen one below it; where it is not chosen itself,
 * only if one below it is not told for its own sake.
 */
const choose = (
  mailboxes: ReadonlyArray<Mailbox>,
  gone: ReadonlyArray<MailboxName>,
  matches: (name: string) => boolean,
  select: Selection,
  tellsSubscribed: boolean
): ReadonlyArray<Choice> => {
  const parents = parentsOf(mailboxes)
  const isWanted = ({ specialUse, subscribed }: Mailbox): boolean =>
    (!select.subscribed || subscribed) && (!select.specialUse || specialUse !== undefined)
  const overWanted = new Set<string>()
  const overUntold = new Set<string>()
  if (select.recursive) {
    for (const wanted of [...mailboxes.filter(isWanted).map(({ name }) => name), ...gone]) {
      const isTold = matches(wanted)
      for (const name of above(wanted)) {
        overWanted.add(name)
        if (!isTold) overUntold.add(name)
      }
    }
  }
  const criteria = [...select.subscribed ? ["SUBSCRIBED"] : [], ...select.specialUse ? ["SPECIAL-USE"] : []]
  const choices: Array<Choice> = []
  for (const mailbox of mailboxes) {
    const { name } = mailbox
    const isChosen = isWanted(mailbox)
    if (!matches(name) || (!isChosen && !overUntold.has(name))) continue
    const listed: Listed = {
      _tag: "List",
      name: "LIST",
      attributes: attributesOf(mailbox, parents, tellsSubscribed),
      mailbox: name,
      childInfo: overWanted.has(name) ? criteria : undefined
    }
    choices.push({ mailbox, isChosen, listed })
  }
  for (const mailbox of gone.filter(matches)) {
    // RFC 5258 §3.1: what is subscribed is told, also where it does not exist.
    const listed: Listed = { _tag: "List", name: "LIST", attributes: ["\\NonExistent", "\\Subscribed"], mailbox }
    choices.push({ mailbox: undefined, isChosen: true, listed })
  }
  return choices
}

/** RFC 9590: every entry asked for, with NIL where there is none; nothing of a mailbox deleted meanwhile. */
const metadataResponse = (store: Store, { id, name }: Mailbox, asked: ReadonlyArray<EntryName>) =>
  store.metadata(id).pipe(
    Effect.map((entries): ReadonlyArray<Response> => [
      { _tag: "Metadata", mailbox: name, entries: asked.map((entry) => [entry, entries.get(entry)]) }
    ]),
    Effect.catchTag("MailboxNotFound", () => Effect.succeed([]))
  )

export const list = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  { extended, patterns, reference }: Extract<Command, { _tag: "List" }>
): Effect.fn.Return<Completion, CommandError> {
  if (extended === undefined && patterns[0] === "") {
    // An empty pattern asks for the delimiter (RFC 3501 §6.3.8).
    yield* dialogue.send([{ _tag: "List", name: "LIST", attributes: ["\\Noselect"], mailbox: "" }])
    return done("LIST done")
  }
  const { returned, select } = extended ?? { returned: NOTHING_MORE, select: ALL }
  // Empty ones mean nothing here (RFC 9051 §6.3.9), and the reference alone would name a mailbox.
  const tests = patterns.filter((pattern) => pattern !== "").map((pattern) => compile(reference, pattern))
  const matches = (name: string): boolean => tests.some((test) => test(name))
  const mailboxes = yield* store.mailboxes
  const gone = select.subscribed && !select.specialUse ? yield* store.subscriptions : []
  const choices = choose(mailboxes, gone, matches, select, returned.subscribed || select.subscribed)
  for (const { isChosen, listed, mailbox } of choices) {
    const responses: Array<Response> = [listed]
    if (mailbox === undefined || !isChosen) {
      yield* dialogue.send(responses)
      continue
    }
    if (returned.status.length > 0) responses.push(statusResponse(mailbox, returned.status))
    if (returned.metadata.length > 0) {
      responses.push(...yield* metadataResponse(store, mailbox, returned.metadata))
    }
    yield* dialogue.send(responses)
  }
  return done("LIST done")
})

/** A name that fits only above a subscribed mailbox is told as \Noselect (RFC 3501 §6.3.9). */
const subscribed = (
  mailboxes: ReadonlyArray<Mailbox>,
  gone: ReadonlyArray<MailboxName>,
  matches: (name: string) => boolean
): Array<Response> => {
  const found = new Map<string, ReadonlyArray<string>>()
  const names = [...mailboxes.filter(({ subscribed }) => subscribed).map(({ name }) => name), ...gone]
  const isGone = new Set(gone)
  for (const name of names) {
    if (matches(name)) found.set(name, isGone.has(name) ? ["\\Noselect"] : [])
    else {
      for (const parent of above(name)) {
        if (matches(parent) && !found.has(parent)) found.set(parent, ["\\Noselect"])
      }
    }
  }
  return Array.from(found, ([mailbox, attributes]) => ({ _tag: "List", name: "LSUB", attributes, mailbox }))
}

export const lsub = Effect.fnUntraced(function*(
  { dialogue }: State,
  store: Store,
  { pattern, reference }: Extract<Command, { _tag: "Lsub" }>
): Effect.fn.Return<Completion, CommandError> {
  if (pattern === "") {
    yield* dialogue.send([{ _tag: "List", name: "LSUB", attributes: ["\\Noselect"], mailbox: "" }])
  } else {
    yield* dialogue.send(subscribed(yield* store.mailboxes, yield* store.subscriptions, compile(reference, pattern)))
  }
  return done("LSUB done")
})
