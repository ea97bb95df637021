/** A mail program of a few lines on the API for programs and nothing else: a command in, lines of text out. */
import { Effect, Fiber, Queue, Stream } from "effect"
import * as Filing from "leap-mail/domain/mail/Filing"
import * as Find from "leap-mail/domain/mail/Find"
import { reply } from "leap-mail/domain/mail/Letter"
import * as Mailboxes from "leap-mail/domain/mail/Mailboxes"
import type { Message } from "leap-mail/domain/mail/Message"
import * as Messages from "leap-mail/domain/mail/Messages"
import * as Send from "leap-mail/domain/mail/Send"
import * as Watch from "leap-mail/domain/mail/Watch"
import type { EmailId } from "leap-mail/domain/mailbox/Mailbox"

const line = ({ flags, from, hasAttachment, subject }: Message): string =>
  [from[0]?.name || from[0]?.address, subject, ...hasAttachment ? ["+"] : [], ...flags].join(" | ")

/** What `list` or `find` showed last: commands name messages by their place in it. */
const makeScreen = () => {
  let shown: ReadonlyArray<EmailId> = []
  return {
    show: (messages: ReadonlyArray<Message>) => {
      shown = messages.map(({ id }) => id)
      return messages.map(line)
    },
    at: (position: string) => Effect.orDie(Effect.fromNullishOr(shown[Number(position) - 1]))
  }
}

export const makeClient = () => {
  const screen = makeScreen()
  return (command: string) =>
    Effect.gen(function*() {
      const [verb = "", first = "", ...rest] = command.split(" ")
      const words = rest.join(" ")
      switch (verb) {
        case "mailboxes":
          return (yield* Mailboxes.list).map(({ exists, name, unseen }) => `${name} ${unseen}/${exists}`)
        case "make":
          return [(yield* Mailboxes.create(first)).name]
        case "list": {
          const { id } = yield* Mailboxes.named(first)
          return screen.show(yield* Stream.runCollect(Messages.list(id)))
        }
        case "find":
          return screen.show(yield* Stream.runCollect(Find.messages({ _tag: "Text", text: first })))
        case "parts":
          return (yield* Messages.parts(yield* screen.at(first))).map(({ name, number, type }) =>
            [number, type, ...name === undefined ? [] : [name]].join(" ")
          )
        case "open": {
          const { bytes } = yield* Messages.part(yield* screen.at(first), words)
          return [new TextDecoder().decode(bytes)]
        }
        case "read": {
          const id = yield* screen.at(first)
          yield* Filing.tag([id], "add", ["\\Seen"])
          return [(yield* Messages.text(id)).plain ?? ""]
        }
        case "tag":
          return yield* Filing.tag([yield* screen.at(first)], "add", [words])
        case "move":
          return yield* Filing.move([yield* screen.at(first)], (yield* Mailboxes.named(words)).id)
        case "delete":
          return yield* Filing.discard([yield* screen.at(first)])
        case "answer": {
          const message = yield* Messages.get(yield* screen.at(first))
          return [line(yield* Send.send({ ...reply(message), text: words }))]
        }
        case "write":
          return [line(yield* Send.send({ to: [{ name: "", address: first }], subject: words, text: words }))]
        default:
          return yield* Effect.die(new Error(`There is no command ${verb}`))
      }
    })
}

const told = (change: Watch.Change): string => {
  switch (change._tag) {
    case "Arrived":
    case "Tagged":
      return `${change._tag} ${line(change.message)}`
    case "Left":
    case "Mailboxes":
      return change._tag
  }
}

/** Begins to watch, and answers what takes the next lines that it shows. */
export const watching = Effect.gen(function*() {
  const lines = yield* Queue.unbounded<string>()
  const fiber = yield* Effect.forkScoped(
    Stream.runForEach(Watch.watch(), (change) => Queue.offer(lines, told(change)))
  )
  yield* Queue.take(lines)
  return { next: Queue.take(lines), stop: Fiber.interrupt(fiber) }
})
