/** A Postfix of the test's own, in a folder that goes with it: the settings of docs/postfix.md, on ports of this machine. */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Schedule } from "effect"
import { readFileSync } from "node:fs"
import { createConnection } from "node:net"
import { join } from "node:path"
import { freePort } from "../ports/Postgres.ts"
import { run } from "./Installed.ts"

const page = readFileSync(join(import.meta.dirname, "../../docs/postfix.md"), "utf8")

/** The block that follows a heading in bold. */
export const documented = (heading: string): string => {
  const [, block = ""] = new RegExp(`^\\*\\*${heading}\\*\\*[^]*?\\n\\n((?: {4}.*\\n)+)`, "m").exec(page) ?? []
  return block.replaceAll(/^ {4}/gm, "")
}

/** Processes of Postfix that mail of one machine needs; none in a jail, so that all may stay in the test's folder. */
const services = (port: number): string =>
  [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "pickup unix n - n 60 1 pickup",
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "rewrite unix - - n - - trivial-rewrite",
    "bounce unix - - n - 0 bounce",
    "defer unix - - n - 0 bounce",
    "trace unix - - n - 0 bounce",
    "flush unix n - n 1000? 0 flush",
    "proxymap unix - - n - - proxymap",
    "showq unix n - n - - showq",
    "error unix - - n - - error",
    "retry unix - - n - - error",
    "virtual unix - n n - - virtual",
    "lmtp unix - - n - - lmtp",
    "anvil unix - - n - 1 anvil",
    "postlog unix-dgram n - n - 1 postlogd",
    ""
  ].join("\n")

const itself = (folder: string): string => `
compatibility_level = 3.6
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.leap.test
mydestination =
alias_maps =
alias_database =
mynetworks = 192.0.2.0/24
queue_directory = ${folder}/queue
data_directory = ${folder}/data
maillog_file = ${folder}/log
maillog_file_prefixes = ${folder}
minimal_backoff_time = 1s
queue_run_delay = 1s
`

const isListening = (port: number) =>
  Effect.callback<boolean>((resume) => {
    const socket = createConnection({ host: "127.0.0.1", port })
    const answer = (is: boolean) => {
      socket.destroy()
      resume(Effect.succeed(is))
    }
    socket.once("data", () => answer(true)).once("error", () => answer(false))
  })

/** Listens when answered; stops with the scope. `settings` as in main.cf. */
export const start = Effect.fnUntraced(function*(settings: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "leap-mail-postfix-" })
  // Its processes run as users of their own.
  yield* fs.chmod(folder, 0o755)
  for (const part of ["conf", "queue", "data"]) yield* fs.makeDirectory(`${folder}/${part}`)
  const port = yield* freePort
  yield* fs.writeFileString(`${folder}/conf/main.cf`, itself(folder) + settings)
  yield* fs.writeFileString(`${folder}/conf/master.cf`, services(port))
  const command = Effect.fnUntraced(function*(program: string, ...args: ReadonlyArray<string>) {
    const { code, stderr } = yield* run(program, ["-c", `${folder}/conf`, ...args])
    if (code !== 0) return yield* Effect.die(new Error(`${program} ${args.join(" ")}: ${stderr}`))
  })
  // data_directory must be the mail owner's.
  yield* run("chown", ["postfix", `${folder}/data`])
  yield* Effect.acquireRelease(
    command("postfix", "start"),
    () => Effect.ignore(run("postfix", ["-c", `${folder}/conf`, "stop"]))
  )
  yield* Effect.repeat(isListening(port), { schedule: Schedule.spaced("50 millis"), until: (is) => is })
  return {
    port,
    flush: command("postqueue", "-f"),
    log: fs.readFileString(`${folder}/log`)
  }
}, Effect.provide(NodeFileSystem.layer))
