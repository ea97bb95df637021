/** The command line: every command, and what comes with `--help`. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Option } from "effect"
import { CliError, Command, Flag } from "effect/cli"
import * as NodeCrypto from "../adapters/node-crypto/NodeCrypto.ts"
import * as OpenPgpWorkers from "../adapters/openpgp/OpenPgpWorkers.ts"
import { account, passwd } from "./AccountCommand.ts"
import { backup, verify } from "./CareCommand.ts"
import { certificate } from "./CertificateCommand.ts"
import { contents } from "./ContentsCommand.ts"
import { devices } from "./DevicesCommand.ts"
import { keys } from "./KeysCommand.ts"
import * as Logs from "./Logs.ts"
import { provider } from "./ProviderCommand.ts"
import * as Quickstart from "./Quickstart.ts"
import * as Ready from "./Ready.ts"
import { serve } from "./ServeCommand.ts"
import { status } from "./StatusCommand.ts"
import * as Traces from "./Traces.ts"
import { version } from "./Version.ts"

const quickstart = Command.make(
  "quickstart",
  { json: Flag.Boolean("json").pipe(Flag.withDescription("One line of JSON when ready"), Flag.withDefault(false)) },
  Effect.fnUntraced(function*({ json }) {
    const ready = yield* Quickstart.start
    yield* Console.log(json ? Ready.json(ready) : Ready.text(ready))
    return yield* Effect.never
  }, Effect.scoped)
).pipe(Command.withDescription("A provider for leap.test and a client with two accounts, in one process"))

const leapMail = Command.make("leap-mail").pipe(
  Command.withDescription("Mail that only its owner can read"),
  Command.withSubcommands([
    quickstart,
    serve,
    status,
    account,
    devices,
    contents,
    keys,
    passwd,
    backup,
    verify,
    certificate,
    provider
  ])
)

/** What a person can act on is one sentence; anything else is ours, and is shown with all we know. */
const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  const error = Option.getOrUndefined(Cause.findErrorOption(cause))
  if (CliError.isCliError(error)) return Effect.void
  return Console.error(
    error instanceof Error && error.message !== "" ? `leap-mail: ${error.message}` : Cause.pretty(cause)
  )
}

const platform = Layer.mergeAll(
  NodeServices.layer,
  NodeHttpClient.layerNodeHttp,
  NodeCrypto.layer,
  OpenPgpWorkers.layer,
  Logs.layer,
  Layer.provide(Traces.layer, NodeHttpClient.layerNodeHttp)
)

export const main = (): void =>
  leapMail.pipe(
    Command.run({ version }),
    Effect.tapCause((cause) => Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause)),
    Effect.provide(platform),
    NodeRuntime.runMain({
      disableErrorReporting: true,
      // Ctrl-C is how it is meant to be stopped.
      teardown: (exit, onExit) => onExit(Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause) ? 0 : 1)
    })
  )

if (import.meta.main) main()
