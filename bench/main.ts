/** `npm run bench -- SUITE`: figures beside those of the nearest peer. What is fair: docs/bench/README.md. */
import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Suite from "./imap/Suite.ts"
import * as Pgp from "./pgp/Suite.ts"
import * as Provider from "./provider/Suite.ts"
import * as Report from "./Report.ts"
import * as Sync from "./sync/Suite.ts"

/** Not in git. */
const RESULTS = path.join(import.meta.dirname, "results")

const publish = Effect.fnUntraced(function*(report: Report.Report, to: Option.Option<string>) {
  const file = Option.getOrElse(to, () => path.join(RESULTS, `${report.suite}-${report.date.replaceAll(":", "")}.json`))
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  fs.writeFileSync(file, Report.json(report))
  yield* Console.log(`\n${Report.table(report)}\n\n${file}`)
})

const positive = (name: string, usual: number, description: string) =>
  Flag.Int(name).pipe(
    Flag.filter((value) => value > 0, () => `--${name} is a number above 0`),
    Flag.withDefault(usual),
    Flag.withDescription(description)
  )

const imap = Command.make(
  "imap",
  {
    messages: positive("messages", 10_000, "In the mailbox of most rows; ten times as many in the big one"),
    rounds: positive("rounds", 5, "Samples a row and server"),
    quick: Flag.Boolean("quick").pipe(
      Flag.withDefault(false),
      Flag.withDescription("1,000 messages, 3 rounds: to see that it runs, not for figures")
    ),
    row: Flag.String("row").pipe(
      Flag.optional,
      Flag.withDescription("Only rows whose key begins so, as in search-body")
    ),
    alone: Flag.Boolean("alone").pipe(Flag.withDefault(false), Flag.withDescription("Our server without the peer")),
    home: Flag.String("home").pipe(
      Flag.optional,
      Flag.withDescription("A folder to keep the mail in: the next run finds its mailboxes filled")
    ),
    format: Flag.Literals("format", ["sdbox", "mdbox", "maildir"]).pipe(
      Flag.withDefault("sdbox"),
      Flag.withDescription("Of Dovecot's mail")
    ),
    curve: Flag.String("curve").pipe(Flag.withDefault("secp521r1"), Flag.withDescription("Of mail_crypt's keys")),
    profile: Flag.String("profile").pipe(
      Flag.optional,
      Flag.withDescription("A folder for processor profiles of our server, one a row; summed up as they come")
    ),
    json: Flag.String("json").pipe(Flag.optional, Flag.withDescription("Where to; else bench/results"))
  },
  Effect.fnUntraced(function*({ alone, json, messages, quick, rounds, ...options }) {
    const size = quick ? 1000 : messages
    const report = yield* Suite.run({
      ...options,
      messages: size,
      big: 10 * size,
      rounds: quick ? 3 : rounds,
      isAlone: alone
    })
    yield* publish(report, json)
  })
).pipe(Command.withDescription("Our IMAP server beside Dovecot: with mail_crypt, and without encryption"))

const sync = Command.make(
  "sync",
  {
    messages: positive("messages", 10_000, "That a new device gets"),
    rounds: positive("rounds", 50, "Changes on one device that another one hears of"),
    alone: Flag.Boolean("alone").pipe(Flag.withDefault(false), Flag.withDescription("Without Dovecot and mbsync")),
    json: Flag.String("json").pipe(Flag.optional, Flag.withDescription("Where to; else bench/results"))
  },
  Effect.fnUntraced(function*({ alone, json, messages, rounds }) {
    yield* publish(yield* Sync.run({ messages, rounds, isAlone: alone }), json)
  })
).pipe(Command.withDescription("Two devices and a provider, beside mbsync"))

const pgp = Command.make(
  "pgp",
  {
    messages: positive("messages", 500, "That come in, and that go out"),
    rounds: positive("rounds", 5, "Samples a row and subject"),
    alone: Flag.Boolean("alone").pipe(Flag.withDefault(false), Flag.withDescription("Without gpg")),
    json: Flag.String("json").pipe(Flag.optional, Flag.withDescription("Where to; else bench/results"))
  },
  Effect.fnUntraced(function*({ alone, json, messages, rounds }) {
    yield* publish(yield* Pgp.run({ messages, rounds, isAlone: alone }), json)
  })
).pipe(Command.withDescription("Mail that comes in and goes out, beside openpgp.js alone and beside gpg"))

const provider = Command.make(
  "provider",
  {
    messages: positive("messages", 2000, "That arrive in a round"),
    feeds: positive("feeds", 1000, "That are open and idle"),
    rounds: positive("rounds", 3, "Samples a row and subject"),
    json: Flag.String("json").pipe(Flag.optional, Flag.withDescription("Where to; else bench/results"))
  },
  Effect.fnUntraced(function*({ json, ...options }) {
    yield* publish(yield* Provider.run(options), json)
  })
).pipe(Command.withDescription("Mail that arrives at a provider, beside openpgp.js alone, and devices that listen"))

const bench = Command.make("bench").pipe(
  Command.withDescription("Measures leap-mail beside its peers"),
  Command.withSubcommands([imap, sync, pgp, provider])
)

bench.pipe(Command.run({ version: "1" }), Effect.provide(NodeServices.layer), NodeRuntime.runMain)
