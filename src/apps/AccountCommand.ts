/** `leap-mail account create|join|recover|phrase|password` and `leap-mail passwd`. */
import { Console, Effect, Fiber, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import * as os from "node:os"
import * as RecoveryPhrase from "../adapters/bip39/RecoveryPhrase.ts"
import { Address } from "../domain/account/Address.ts"
import * as JoinCode from "../domain/account/JoinCode.ts"
import { isPin, NO_PIN } from "../domain/account/Pin.ts"
import { KeyAlgorithm } from "../domain/keys/KeyAlgorithm.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as AccountKeys from "./AccountKeys.ts"
import * as Ask from "./Ask.ts"
import * as Enter from "./Enter.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import { unlockHere } from "./Unlock.ts"

export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("The answer as one line of JSON"),
  Flag.withDefault(false)
)

export const accountFlag = Flag.String("account").pipe(
  Flag.withSchema(Address),
  Flag.withDescription("Which account, where there are several"),
  Flag.optional
)

/** Of a key of one's own. */
export const algorithmFlag = Flag.Literals("algorithm", KeyAlgorithm.literals).pipe(
  Flag.withDescription("What the key is made of; few programs can read v6 yet"),
  Flag.withDefault("curve25519")
)

const placeFlags = {
  address: Argument.String("address").pipe(Argument.withSchema(Address)),
  provider: Flag.String("provider").pipe(
    Flag.withDescription("URL of the provider; https:// and the address's domain unless given"),
    Flag.optional
  ),
  pin: Flag.String("pin").pipe(
    Flag.withDescription("sha256//... of the public key that the provider's certificate must have"),
    Flag.optional
  ),
  submissionPin: Flag.String("submission-pin").pipe(
    Flag.withDescription(
      "sha256//... of the public key of the server that takes mail; then its certificate may be any"
    ),
    Flag.optional
  ),
  device: Flag.String("device").pipe(
    Flag.withDescription("What this device is called among the account's devices"),
    Flag.optional
  ),
  json: jsonFlag
}

interface PlaceFlags {
  readonly address: Address
  readonly provider: Option.Option<string>
  readonly pin: Option.Option<string>
  readonly submissionPin: Option.Option<string>
  readonly device: Option.Option<string>
}

const SYSTEMS: Readonly<Record<string, string>> = { darwin: "macOS", linux: "Linux", win32: "Windows" }

/** The machine's name is nobody's business. */
const usualDevice = (): string => `leap-mail on ${SYSTEMS[os.platform()] ?? os.platform()}`

const placeOf = Effect.fnUntraced(function*({ address, device, pin, provider, submissionPin }: PlaceFlags) {
  if (Option.exists(submissionPin, (text) => !isPin(text))) {
    return yield* new Settings.SettingsError({ reason: `--submission-pin: ${NO_PIN}.` })
  }
  const { home } = yield* Settings.load()
  const place: Enter.Place = {
    home,
    address,
    provider: Option.getOrElse(provider, () => Enter.providerOf(address)),
    pin: Option.getOrNull(pin),
    submissionPin: Option.getOrNull(submissionPin),
    device: Option.getOrElse(device, usualDevice)
  }
  return place
})

const numbered = (words: ReadonlyArray<string>): string =>
  Array.from(
    { length: Math.ceil(words.length / 4) },
    (_, row) =>
      words.slice(row * 4, row * 4 + 4).map((word, column) =>
        `${String(row * 4 + column + 1).padStart(4)}. ${word.padEnd(10)}`
      ).join("").trimEnd()
  ).join("\n")

const phraseText = (words: ReadonlyArray<string>): string =>
  [
    "Recovery phrase. It opens the account when the password is lost, and is shown this once: write it down.",
    "",
    numbered(words),
    ""
  ].join("\n")

const entered = ({ address, password }: Enter.Entered): string =>
  [
    "",
    `${address} is on this device. Mail programs log in here with`,
    "",
    `  user      ${address}`,
    `  password  ${Redacted.value(password)}`,
    "",
    "`leap-mail serve` opens it."
  ].join("\n")

const tell = (json: boolean, account: Enter.Entered, home: string) =>
  Console.log(
    json
      ? JSON.stringify({ address: account.address, password: Redacted.value(account.password), home })
      : entered(account)
  )

/** The account is made: where its key is not, `serve` makes and publishes it. */
const makeKey = (place: Enter.Place, passphrase: Redacted.Redacted<string>, algorithm: KeyAlgorithm) =>
  AccountFolder.choose(place.home, Option.some(place.address)).pipe(
    Effect.flatMap((chosen) => AccountKeys.makeFirst(chosen, passphrase, algorithm)),
    Effect.catch((error) => Console.error(`The key is not published yet: ${error.message}. Run \`leap-mail serve\`.`))
  )

const create = Command.make(
  "create",
  {
    ...placeFlags,
    algorithm: algorithmFlag,
    invite: Flag.String("invite").pipe(Flag.withDescription("The code, where the provider asks for one"), Flag.optional)
  },
  Effect.fnUntraced(function*({ algorithm, invite, json, ...flags }) {
    const place = yield* placeOf(flags)
    const passphrase = yield* Ask.newPassphrase(flags.address)
    const { phrase, ...account } = yield* Enter.create(place, passphrase, Option.getOrUndefined(invite))
    // While the person writes down the phrase.
    const key = yield* Effect.forkChild(makeKey(place, passphrase, algorithm))
    const words = Redacted.value(phrase).split(" ")
    if (json) {
      yield* Fiber.join(key)
      return yield* Console.log(JSON.stringify({
        address: account.address,
        password: Redacted.value(account.password),
        recoveryPhrase: words.join(" "),
        home: place.home
      }))
    }
    yield* Console.log(phraseText(words))
    yield* Ask.confirmPhrase(words)
    yield* Fiber.join(key)
    yield* Console.log(entered(account))
  })
).pipe(Command.withDescription("Make an account at a provider, with this device as its first"))

const join = Command.make(
  "join",
  {
    ...placeFlags,
    code: Flag.Boolean("code").pipe(
      Flag.withDescription("With a code that `leap-mail devices add` shows, in place of the password"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function*({ code, json, ...flags }) {
    const place = yield* placeOf(flags)
    const typed = code
      ? yield* Ask.secret({ message: "Code from the other device", variable: "LEAP_MAIL_CODE" })
      : undefined
    const read = typed && JoinCode.read(typed)
    if (read !== undefined && Option.isNone(read)) {
      return yield* new Ask.NotAnswered({
        reason: "A code has four groups of four letters and digits: look at it again."
      })
    }
    const passphrase = code
      ? yield* Ask.newSecret({ message: "Password that opens the account on this device", variable: Ask.PASSPHRASE })
      : yield* Ask.passphrase(flags.address)
    yield* tell(json, yield* Enter.join(place, passphrase, read && Option.getOrUndefined(read)), place.home)
  })
).pipe(Command.withDescription("Bring an account to this device, too"))

const recover = Command.make(
  "recover",
  placeFlags,
  Effect.fnUntraced(function*({ json, ...flags }) {
    const place = yield* placeOf(flags)
    const typed = yield* Ask.secret({ message: "Recovery phrase, 24 words", variable: "LEAP_MAIL_RECOVERY_PHRASE" })
    const phrase = RecoveryPhrase.read(typed)
    if (phrase instanceof RecoveryPhrase.PhraseRefused) return yield* phrase
    const passphrase = yield* Ask.newPassphrase(flags.address)
    yield* tell(json, yield* Enter.recover(place, phrase, passphrase), place.home)
  })
).pipe(Command.withDescription("Bring an account back with its recovery phrase, and give it a new password"))

const phrase = Command.make(
  "phrase",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const { home } = yield* Settings.load()
    const chosen = yield* AccountFolder.choose(home, account)
    const made = yield* Session.inSession(chosen, yield* Ask.passphrase(chosen.facts.address), Session.newPhrase)
    const words = Redacted.value(made).split(" ")
    if (json) return yield* Console.log(JSON.stringify({ recoveryPhrase: words.join(" ") }))
    yield* Console.log(phraseText(words))
    yield* Ask.confirmPhrase(words)
  })
).pipe(Command.withDescription("A new recovery phrase in place of the last"))

/** It changes where the device was logged out meanwhile, and `serve` prints none, since logs are kept. */
const password = Command.make(
  "password",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const { home } = yield* Settings.load()
    const chosen = yield* AccountFolder.choose(home, account)
    const { address } = chosen.facts
    const { appPassword } = yield* unlockHere(chosen, yield* Ask.passphrase(address), true)
    if (appPassword === undefined) {
      return yield* new AccountFolder.NoSuchAccount({
        reason: `Mail programs have no password for ${address} here: this device is logged out. ` +
          "Start `leap-mail serve` with the account's password."
      })
    }
    const shown = Redacted.value(appPassword)
    yield* Console.log(json ? JSON.stringify({ address, password: shown }) : shown)
  })
).pipe(Command.withDescription("Show what mail programs on this device log in with"))

export const account = Command.make("account").pipe(
  Command.withDescription("Accounts on this device"),
  Command.withSubcommands([create, join, recover, phrase, password])
)

export const passwd = Command.make(
  "passwd",
  { account: accountFlag },
  Effect.fnUntraced(function*({ account }) {
    const { home } = yield* Settings.load()
    const chosen = yield* AccountFolder.choose(home, account)
    const { address } = chosen.facts
    const current = yield* Ask.passphrase(address)
    const next = yield* Ask.newPassphrase(address, "LEAP_MAIL_NEW_PASSPHRASE")
    yield* Session.changePassphrase(chosen, current, next)
    yield* Console.log(
      `The password of ${address} is changed. Its other devices are logged out: open them with the new one.`
    )
  })
).pipe(Command.withDescription("Change the account's password, here and at the provider"))
