/** `leap-mail keys`: whose keys are known and how well, what waits for a decision, one's own key and where it goes. */
import { Console, Effect, Option, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Address } from "../domain/account/Address.ts"
import { compared, confirmed, imported, rejected } from "../domain/keys/Decide.ts"
import { rotate } from "../domain/keys/OwnKeys.ts"
import * as ShownKeys from "../domain/keys/ShownKeys.ts"
import { importSecretKey, makeSetup, readSetup } from "../domain/keys/Transfer.ts"
import { SendPolicy } from "../domain/outgoing/SendPolicy.ts"
import { KeyStore } from "../ports/KeyStore.ts"
import { OpenPgp } from "../ports/OpenPgp.ts"
import { accountFlag, algorithmFlag, jsonFlag } from "./AccountCommand.ts"
import * as AccountFolder from "./AccountFolder.ts"
import * as AccountKeys from "./AccountKeys.ts"
import * as Ask from "./Ask.ts"
import * as Chosen from "./Chosen.ts"
import * as KeysText from "./KeysText.ts"

const inKeys = Effect.fnUntraced(
  function*<A, E, R>(
    account: Option.Option<Address>,
    act: (chosen: AccountFolder.AccountFolder) => Effect.Effect<A, E, R>
  ) {
    const { chosen, passphrase } = yield* Chosen.choose(account)
    return yield* AccountKeys.inKeys(chosen, passphrase, act(chosen))
  }
)

const address = Argument.String("address").pipe(Argument.withSchema(Address))
const fingerprint = Argument.String("fingerprint").pipe(
  Argument.withDescription("As they read it to you; blanks and case do not matter")
)
const file = Argument.String("file")
const older = Flag.Boolean("older").pipe(
  Flag.withDescription("To read old mail with; the key in use stays"),
  Flag.withDefault(false)
)

/** Printed, or with `--json` one line of it. */
const answer = (json: boolean, data: unknown, text: string) => Console.log(json ? JSON.stringify(data) : text)

const list = Command.make(
  "list",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    yield* inKeys(account, (chosen) =>
      Effect.gen(function*() {
        const { certificate } = yield* AccountKeys.ownKeys(chosen)
        const own = yield* ShownKeys.own(chosen.facts.address, certificate)
        const others = yield* ShownKeys.bindings()
        const waiting = yield* ShownKeys.candidates()
        const hint = waiting.length === 0 ? [] : [`${waiting.length} wait for you: leap-mail keys pending`]
        const lines = [`${KeysText.line(own)}  (yours)`, ...others.map(KeysText.line), ...hint]
        yield* answer(json, { own, others, waiting: waiting.length }, lines.join("\n"))
      }))
  })
).pipe(Command.withDescription("Your key, and the keys in use for others"))

const show = Command.make(
  "show",
  { address, account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, address, json }) {
    const page = yield* inKeys(account, () => ShownKeys.page(address))
    yield* answer(json, page, KeysText.pageText(page))
  })
).pipe(Command.withDescription("All that is known of an address"))

const pending = Command.make(
  "pending",
  { account: accountFlag, json: jsonFlag },
  Effect.fnUntraced(function*({ account, json }) {
    const waiting = yield* inKeys(account, () => ShownKeys.candidates())
    yield* answer(
      json,
      waiting,
      waiting.length === 0 ? "Nothing waits for you." : waiting.map(KeysText.line).join("\n")
    )
  })
).pipe(Command.withDescription("Keys that were shown beside the one in use, and wait for your decision"))

const compare = Command.make(
  "compare",
  { address, fingerprint, account: accountFlag },
  Effect.fnUntraced(function*({ account, address, fingerprint }) {
    const bound = yield* inKeys(account, () => compared(address, fingerprint))
    yield* Console.log(`${bound?.fingerprint ?? ""} is used for ${address} now: you compared it.`)
  })
).pipe(Command.withDescription("The fingerprint that they told you: that key is used from now on"))

const accept = Command.make(
  "accept",
  { address, account: accountFlag },
  Effect.fnUntraced(function*({ account, address }) {
    const bound = yield* inKeys(account, () => confirmed(address))
    yield* Console.log(`${bound?.fingerprint ?? ""} is the key of ${address}, you say.`)
  })
).pipe(Command.withDescription("The key in use is the right one, without comparing"))

const reject = Command.make(
  "reject",
  { address, fingerprint, account: accountFlag },
  Effect.fnUntraced(function*({ account, address, fingerprint }) {
    yield* inKeys(account, () => rejected(address, fingerprint))
    yield* Console.log(`That key is not taken for ${address}, and you are not told of it again.`)
  })
).pipe(Command.withDescription("A key that waits is not theirs"))

const take = Command.make(
  "import",
  {
    file,
    of: Flag.String("for").pipe(
      Flag.withSchema(Address),
      Flag.withDescription("Only what is in it for this address"),
      Flag.optional
    ),
    account: accountFlag
  },
  Effect.fnUntraced(function*({ account, file, of }) {
    const bytes = yield* AccountKeys.readFile(file)
    const taken = yield* inKeys(account, () => imported(bytes, Option.getOrUndefined(of))).pipe(
      Effect.catchTag(
        "OpenPgpError",
        ({ reason }) => new AccountKeys.KeysError({ reason: `${file} holds no key: ${reason}` })
      )
    )
    for (const { address, fingerprint, isBound } of taken) {
      yield* Console.log(`${address}  ${fingerprint}  ${isBound ? "is used" : "waits for you: another is in use"}`)
    }
  })
).pipe(Command.withDescription("Others' keys from a file: armored, binary, or GnuPG's pubring.kbx"))

const encoded = Effect.fnUntraced(function*(kind: "public key" | "secret key", bytes: Uint8Array, isBinary: boolean) {
  const pgp = yield* OpenPgp
  return isBinary ? bytes : new TextEncoder().encode(yield* pgp.armor(kind, bytes))
})

const noKey = (address: Address) => new AccountKeys.KeysError({ reason: `No key of ${address} is known.` })

const give = Command.make(
  "export",
  {
    file,
    of: Flag.String("of").pipe(
      Flag.withSchema(Address),
      Flag.withDescription("Somebody else's key instead of yours"),
      Flag.optional
    ),
    secret: Flag.Boolean("secret").pipe(
      Flag.withDescription("Your secret key: whoever has the file reads your mail"),
      Flag.withDefault(false)
    ),
    binary: Flag.Boolean("binary").pipe(Flag.withDescription("Not armored"), Flag.withDefault(false)),
    account: accountFlag
  },
  Effect.fnUntraced(function*({ account, binary, file, of, secret }) {
    const bytes = yield* inKeys(account, (chosen) =>
      Effect.gen(function*() {
        const store = yield* KeyStore
        if (Option.isSome(of)) {
          const bound = yield* store.binding(of.value)
          return yield* encoded("public key", (bound ?? (yield* noKey(of.value))).certificate, binary)
        }
        const { certificate, secretKeys } = yield* AccountKeys.ownKeys(chosen)
        return secret
          ? yield* encoded("secret key", Redacted.value(secretKeys[0]), binary)
          : yield* encoded("public key", certificate, binary)
      }))
    yield* AccountKeys.writeFile(file, bytes)
  })
).pipe(Command.withDescription("A key into a file"))

/** The key is in the store already; where the provider cannot be asked, `serve` brings it there. */
const published = (chosen: AccountFolder.AccountFolder, passphrase: Redacted.Redacted<string>) =>
  AccountKeys.publishNow(chosen, passphrase).pipe(
    Effect.catch((error) => Console.error(`It is not published yet (${error.message}): \`leap-mail serve\` does that.`))
  )

const replace = Command.make(
  "replace",
  { algorithm: algorithmFlag, account: accountFlag },
  Effect.fnUntraced(function*({ account, algorithm }) {
    const { chosen, passphrase } = yield* Chosen.choose(account)
    const made = yield* AccountKeys.inKeys(
      chosen,
      passphrase,
      Effect.gen(function*() {
        const { certificate } = yield* rotate(yield* AccountKeys.ownKeys(chosen), algorithm)
        return yield* ShownKeys.own(chosen.facts.address, certificate)
      })
    )
    yield* published(chosen, passphrase)
    yield* Console.log(`${made.fingerprint} (${made.algorithm}) is your key now, certified by the one before.`)
  })
).pipe(Command.withDescription("A new key of your own in place of the one in use; the old one still reads old mail"))

const adopt = Command.make(
  "adopt",
  { file, older, account: accountFlag },
  Effect.fnUntraced(function*({ account, file, older }) {
    const bytes = yield* AccountKeys.readFile(file)
    const { chosen, passphrase } = yield* Chosen.choose(account)
    const isSetup = new TextDecoder("latin1").decode(bytes).toLowerCase().includes("autocrypt-setup-message")
    const secret = yield* Ask.secret(
      isSetup
        ? { message: "Setup code of the message", variable: "LEAP_MAIL_SETUP_CODE" }
        : { message: "Passphrase of the key, empty for none", variable: "LEAP_MAIL_KEY_PASSPHRASE" }
    )
    const { address } = chosen.facts
    const taken = yield* AccountKeys.inKeys(
      chosen,
      passphrase,
      (isSetup ? readSetup : importSecretKey)(address, bytes, secret, older ? "older" : "current")
    )
    if (!older) yield* published(chosen, passphrase)
    yield* Console.log(
      `${taken} ${older ? "reads old mail now" : "is your key now; those before still read old mail"}.`
    )
  })
).pipe(Command.withDescription("Your own secret key from another program: a file, or an Autocrypt Setup Message"))

const setup = Command.make(
  "setup",
  { file, account: accountFlag },
  Effect.fnUntraced(function*({ account, file }) {
    const { bytes, code } = yield* inKeys(account, (chosen) => Effect.flatMap(AccountKeys.ownKeys(chosen), makeSetup))
    yield* AccountKeys.writeFile(file, bytes)
    yield* Console.log(
      `Open ${file} in the other mail program. Its code, which is shown this once:\n\n  ${Redacted.value(code)}`
    )
  })
).pipe(Command.withDescription("An Autocrypt Setup Message, which brings your key to another mail program"))

const wish = Command.make(
  "wish",
  {
    policy: Argument.String("policy").pipe(
      Argument.withDescription("prefer, require, never, or none to take it back"),
      Argument.optional
    ),
    to: Flag.String("to").pipe(
      Flag.withSchema(Address),
      Flag.withDescription("Of mail to this address; of all mail without it"),
      Flag.optional
    ),
    account: accountFlag
  },
  Effect.fnUntraced(function*({ account, policy, to }) {
    const address = Option.getOrUndefined(to)
    yield* inKeys(account, () =>
      Effect.gen(function*() {
        const store = yield* KeyStore
        if (Option.isSome(policy)) {
          const known = SendPolicy.literals.find((one) => one === policy.value)
          if (known === undefined && policy.value !== "none") {
            return yield* new AccountKeys.KeysError({ reason: "A wish is prefer, require, never or none." })
          }
          yield* store.putWish(address, known)
        }
        yield* Console.log((yield* store.wish(address)) ?? "none")
      }))
  })
).pipe(Command.withDescription("How mail is to be protected, of all mail or to one address"))

export const keys = Command.make("keys").pipe(
  Command.withDescription("Your key, other people's keys, and what waits for your decision"),
  Command.withSubcommands([list, show, pending, compare, accept, reject, take, give, replace, adopt, setup, wish])
)
