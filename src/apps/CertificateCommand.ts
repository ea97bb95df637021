/** `leap-mail certificate`: a certificate for mail programs on other machines, made here. */
import { Clock, Console, Effect, FileSystem, Redacted } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { isIP } from "node:net"
import * as os from "node:os"
import * as Home from "./Home.ts"
import * as Settings from "./Settings.ts"
import * as Tls from "./Tls.ts"

const HERE = ["localhost", "127.0.0.1", "::1"]
const NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i

/** In the home. Its own name stands first where no host is given. */
export const make = Effect.fnUntraced(function*(hosts: ReadonlyArray<string>, replace: boolean) {
  const { home } = yield* Settings.load()
  const wrong = hosts.find((host) => isIP(host) === 0 && !NAME.test(host))
  if (wrong !== undefined) {
    return yield* new Settings.SettingsError({ reason: `${wrong} is neither a host name nor an address.` })
  }
  const fs = yield* FileSystem.FileSystem
  const { cert, key } = yield* Tls.madeFiles(home)
  if (!replace && (yield* fs.exists(cert))) {
    return yield* new Settings.SettingsError({
      reason: `There is a certificate in ${cert} already, and mail programs may trust it: --replace makes another.`
    })
  }
  const [first = os.hostname(), ...others] = hosts
  const names = [...new Set([first, ...others, ...HERE])] as const
  // Few who start the program make a certificate: the rest need not wait for what makes it.
  const SelfSigned = yield* Effect.promise(() => import("../adapters/x509/SelfSigned.ts"))
  const made = SelfSigned.make([first, ...names.slice(1)], yield* Clock.currentTimeMillis)
  yield* Home.makeFolder(home)
  yield* Home.write(key, Redacted.value(made.key))
  yield* Home.write(cert, made.cert)
  return { cert, key, hosts: names, fingerprint: made.fingerprint, days: SelfSigned.DAYS - 1 }
})

export const certificate = Command.make(
  "certificate",
  {
    hosts: Argument.String("host").pipe(
      Argument.withDescription(
        "By what names and addresses mail programs reach this machine; its own name unless given"
      ),
      Argument.variadic()
    ),
    replace: Flag.Boolean("replace").pipe(
      Flag.withDescription("Make another where there is one: mail programs must be told to trust it"),
      Flag.withDefault(false)
    ),
    json: Flag.Boolean("json").pipe(Flag.withDescription("Answer in JSON"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function*({ hosts, json, replace }) {
    const { days, ...made } = yield* make(hosts, replace)
    const sentences = [
      `Made for ${made.hosts.join(", ")}; good for ${days} days. leap-mail finds it ${
        replace ? "within a minute" : "at its next start"
      } in`,
      "",
      `  ${made.cert}`,
      "",
      "Mail programs do not know it. Say yes only where they show this fingerprint (SHA-256):",
      "",
      `  ${made.fingerprint}`
    ]
    yield* Console.log(json ? JSON.stringify(made) : sentences.join("\n"))
  })
).pipe(Command.withDescription("Make a certificate that vouches for itself, for mail programs on other machines"))
