/** What only the person knows: asked for at the terminal, or taken from the environment where there is none. */
import { Config, Console, Effect, Option, Redacted, Schema } from "effect"
import { Prompt } from "effect/cli"

export class NotAnswered extends Schema.TaggedError<NotAnswered>()("NotAnswered", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

export const PASSPHRASE = "LEAP_MAIL_PASSPHRASE"

const isTerminal = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true

const noTerminal = (variable: string) => new NotAnswered({ reason: `There is no terminal to ask at: set ${variable}.` })

/** Ctrl-C at a question. */
const stopped = () => new NotAnswered({ reason: "Stopped: nothing was changed." })

const fromEnvironment = (variable: string) =>
  Config.option(Config.Redacted(variable)).pipe(
    Effect.map(Option.filter((value) => Redacted.value(value) !== "")),
    Effect.mapError(() => new NotAnswered({ reason: `${variable} cannot be read.` }))
  )

const hidden = (message: string) => Prompt.run(Prompt.Password({ message })).pipe(Effect.mapError(stopped))

interface Question {
  readonly message: string
  /** Where it is looked for first. */
  readonly variable: string
}

export const secret = Effect.fn("Ask.secret")(function*({ message, variable }: Question) {
  const given = yield* fromEnvironment(variable)
  if (Option.isSome(given)) return given.value
  if (isTerminal()) return yield* hidden(message)
  return yield* noTerminal(variable)
})

/** Typed twice at a terminal. */
export const newSecret = Effect.fn("Ask.newSecret")(function*({ message, variable }: Question) {
  const given = yield* fromEnvironment(variable)
  if (Option.isSome(given)) return given.value
  if (!isTerminal()) return yield* noTerminal(variable)
  for (;;) {
    const first = yield* hidden(message)
    if (Redacted.value(first) === "") {
      yield* Console.error("It must not be empty.")
      continue
    }
    const second = yield* hidden("The same again")
    if (Redacted.value(first) === Redacted.value(second)) return first
    yield* Console.error("These were not the same.")
  }
})

export const passphrase = (address: string) => secret({ message: `Password of ${address}`, variable: PASSPHRASE })

export const newPassphrase = (address: string, variable = PASSPHRASE) =>
  newSecret({ message: `New password of ${address}`, variable })

/** Three words of it, to see that it was written down. Where there is nobody to ask it is taken as written. */
export const confirmPhrase = Effect.fn("Ask.confirmPhrase")(function*(words: ReadonlyArray<string>) {
  if (!isTerminal()) return
  for (const index of [2, 11, words.length - 1]) {
    yield* Prompt.run(Prompt.String({
      message: `To be sure that you have it: word ${index + 1}`,
      validate: (typed) =>
        typed.trim().toLowerCase() === words[index]
          ? Effect.succeed(typed)
          : Effect.fail("That is another word: look at what you wrote down")
    })).pipe(Effect.mapError(stopped))
  }
  // Not left in the window for the next to read.
  yield* Console.log("\u001b[2J\u001b[3J\u001b[HThe recovery phrase is not shown again: keep it where no thief looks.")
})
