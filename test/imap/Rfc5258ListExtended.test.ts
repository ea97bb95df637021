import { it } from "@effect/vitest"
import { Effect } from "effect"
import { makeStage, onEachStore, type Options } from "./Transcript.ts"

/** An account with these mailboxes alone, and INBOX; those with `+` are subscribed. */
const listed = Effect.fnUntraced(function*(options: Options, names: ReadonlyArray<string>) {
  const stage = yield* makeStage(options)
  const { store } = stage
  for (const { name } of yield* store.mailboxes) {
    if (name === "INBOX") continue
    yield* store.subscribe(name, false)
    yield* store.delete(name)
  }
  for (const text of names) {
    const name = text.replace("+", "")
    if (name !== "INBOX") yield* store.create(name)
    yield* store.subscribe(name, text.startsWith("+"))
  }
  return stage
})

const GROCER = [
  "+INBOX",
  "Fruit",
  "Fruit/Apple",
  "+Fruit/Banana",
  "Tofu",
  "+Vegetable",
  "+Vegetable/Broccoli",
  "Vegetable/Corn"
]

onEachStore("RFC 5258 LIST-EXTENDED", (options) => {
  it.effect("§5, example 1: the complete hierarchy", () =>
    Effect.flatMap(listed(options, GROCER), ({ play }) =>
      play(String.raw`
      C: A01 LIST "" "*"
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasChildren) "/" Fruit
      S: * LIST (\HasNoChildren) "/" Fruit/Apple
      S: * LIST (\HasNoChildren) "/" Fruit/Banana
      S: * LIST (\HasNoChildren) "/" Tofu
      S: * LIST (\HasChildren) "/" Vegetable
      S: * LIST (\HasNoChildren) "/" Vegetable/Broccoli
      S: * LIST (\HasNoChildren) "/" Vegetable/Corn
      S: A01 OK …
    `)))

  it.effect("§5, examples 2 and 3: the subscribed ones; top-level mailboxes with their children", () =>
    Effect.flatMap(listed(options, GROCER), ({ play }) =>
      play(String.raw`
      C: A02 LIST (SUBSCRIBED) "" "*"
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasNoChildren \Subscribed) "/" Fruit/Banana
      S: * LIST (\HasChildren \Subscribed) "/" Vegetable
      S: * LIST (\HasNoChildren \Subscribed) "/" Vegetable/Broccoli
      S: A02 OK …
      C: A03 LIST () "" "%" RETURN (CHILDREN)
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasChildren) "/" Fruit
      S: * LIST (\HasNoChildren) "/" Tofu
      S: * LIST (\HasChildren) "/" Vegetable
      S: A03 OK …
    `)))

  it.effect("§5, examples 4 to 7: no mailbox is elsewhere; REMOTE takes none away, SUBSCRIBED is told on demand", () =>
    Effect.flatMap(listed(options, GROCER), ({ play }) =>
      play(String.raw`
      C: A04 LIST (REMOTE) "" "%" RETURN (CHILDREN)
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasChildren) "/" Fruit
      S: * LIST (\HasNoChildren) "/" Tofu
      S: * LIST (\HasChildren) "/" Vegetable
      S: A04 OK …
      C: A05 LIST (REMOTE SUBSCRIBED) "" "*"
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasNoChildren \Subscribed) "/" Fruit/Banana
      S: * LIST (\HasChildren \Subscribed) "/" Vegetable
      S: * LIST (\HasNoChildren \Subscribed) "/" Vegetable/Broccoli
      S: A05 OK …
      C: A06 LIST (REMOTE) "" "%" RETURN (SUBSCRIBED)
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasChildren) "/" Fruit
      S: * LIST (\HasNoChildren) "/" Tofu
      S: * LIST (\HasChildren \Subscribed) "/" Vegetable
      S: A06 OK …
    `)))

  it.effect("§5, example 8: several patterns; a mailbox that fits two of them is told once", () =>
    Effect.flatMap(
      listed(options, ["Drafts", "Sent/March2004", "Sent/August2004", "Unlisted"]),
      ({ play }) =>
        play(String.raw`
      C: BBB LIST "" ("INBOX" "Drafts" "Sent/%")
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasNoChildren) "/" Drafts
      S: * LIST (\HasNoChildren) "/" Sent/August2004
      S: * LIST (\HasNoChildren) "/" Sent/March2004
      S: BBB OK …
      C: BBC LIST "" ("D*" "Dr%")
      S: * LIST (\HasNoChildren) "/" Drafts
      S: BBC OK …
    `)
    ))

  const NESTED = [
    "foo2",
    "+foo2/bar1",
    "foo2/bar2",
    "+baz2",
    "baz2/bar2",
    "+baz2/bar22",
    "baz2/bar222",
    "+eps2",
    "eps2/mamba",
    "qux2",
    "+qux2/bar2"
  ]

  it.effect("§5, example 9: RECURSIVEMATCH tells of what lies above, once and where it is needed", () =>
    Effect.flatMap(listed(options, ["+INBOX", ...NESTED]), ({ play }) =>
      play(String.raw`
      C: D03 LIST (RECURSIVEMATCH SUBSCRIBED) "" "%"
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasChildren \Subscribed) "/" baz2 ("CHILDINFO" ("SUBSCRIBED"))
      S: * LIST (\HasChildren \Subscribed) "/" eps2
      S: * LIST (\HasChildren) "/" foo2 ("CHILDINFO" ("SUBSCRIBED"))
      S: * LIST (\HasChildren) "/" qux2 ("CHILDINFO" ("SUBSCRIBED"))
      S: D03 OK …
      C: D04 LIST (RECURSIVEMATCH SUBSCRIBED) "" "*"
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasChildren \Subscribed) "/" baz2 ("CHILDINFO" ("SUBSCRIBED"))
      S: * LIST (\HasNoChildren \Subscribed) "/" baz2/bar22
      S: * LIST (\HasChildren \Subscribed) "/" eps2
      S: * LIST (\HasNoChildren \Subscribed) "/" foo2/bar1
      S: * LIST (\HasNoChildren \Subscribed) "/" qux2/bar2
      S: D04 OK …
      C: D05 LIST (SUBSCRIBED) "" "%"
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * LIST (\HasChildren \Subscribed) "/" baz2
      S: * LIST (\HasChildren \Subscribed) "/" eps2
      S: D05 OK …
    `)))

  it.effect("§3, §6: what cannot be chosen is BAD, and says where", () =>
    Effect.flatMap(listed(options, []), ({ play }) =>
      play(String.raw`
      C: a LIST (RECURSIVEMATCH) "" "*"
      S: a BAD RECURSIVEMATCH goes with SUBSCRIBED or SPECIAL-USE (at character 8)
      C: b LIST (RECURSIVEMATCH REMOTE) "" "*"
      S: b BAD …
      C: c LIST (SUBSCRIBED NOVEL) "" "*"
      S: c BAD there is no such selection option of LIST (at character 20)
      C: d LIST "" "*" RETURN (NOVEL)
      S: d BAD there is no such return option of LIST …
      C: e LIST "" "*" RETURN
      S: e BAD …
      C: f LIST "" ()
      S: f BAD …
      C: g LIST "" % RETURN ()
      S: * LIST (\HasNoChildren) "/" INBOX
      S: g OK …
      C: h LIST () "" ("")
      S: h OK LIST done
    `)))
})

onEachStore("RFC 5819 LIST-STATUS", (options) => {
  it.effect("§3.1, its example: each status after its mailbox", () =>
    Effect.gen(function*() {
      const { deliver, play } = yield* listed(options, ["foo", "foo/bar"])
      yield* deliver("a: b\r\n\r\n", { mailbox: "foo", flags: ["\\Seen"] })
      yield* deliver("a: b\r\n\r\n", { mailbox: "foo" })
      yield* play(String.raw`
      C: A01 LIST "" % RETURN (STATUS (MESSAGES UNSEEN))
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * STATUS INBOX (MESSAGES 0 UNSEEN 0)
      S: * LIST (\HasChildren) "/" foo
      S: * STATUS foo (MESSAGES 2 UNSEEN 1)
      S: A01 OK LIST done
    `)
    }))

  it.effect("§3.1: none of a mailbox that is told for those below it", () =>
    Effect.flatMap(listed(options, ["+INBOX", "foo", "+foo/bar"]), ({ play }) =>
      play(String.raw`
      C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" % RETURN (STATUS (MESSAGES))
      S: * LIST (\HasNoChildren \Subscribed) "/" INBOX
      S: * STATUS INBOX (MESSAGES 0)
      S: * LIST (\HasChildren) "/" foo ("CHILDINFO" ("SUBSCRIBED"))
      S: A02 OK LIST done
    `)))
})
