/** The peer: the Dovecot of the system's package, with throwaway settings. */
import { Effect, Option } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { BenchError } from "../BenchError.ts"
import * as DovecotConfig from "./DovecotConfig.ts"
import * as Server from "./Server.ts"

/** Debian's user of the package. */
const PACKAGE_USER = "dovecot"

export interface DovecotOptions {
  readonly format: DovecotConfig.DovecotSettings["format"]
  readonly curve: string
}

/** Where packages put programs for root's use; not in everybody's PATH. */
const PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

const output = (file: string, ...args: ReadonlyArray<string>): Effect.Effect<string, BenchError> =>
  Effect.callback((resume) => {
    execFile(file, args, { env: { PATH } }, (error, stdout) =>
      resume(
        error === null
          ? Effect.succeed(stdout.trim())
          : Effect.fail(new BenchError({ reason: `${file} cannot be run: ${error.message}` }))
      ))
  })

/** None where it is not installed. */
export const version: Effect.Effect<Option.Option<string>> = Effect.option(output("dovecot", "--version"))

const attempt = <A>(what: string, f: () => A): Effect.Effect<A, BenchError> =>
  Effect.try({ try: f, catch: (cause) => new BenchError({ reason: `Dovecot's ${what}: ${String(cause)}` }) })

/** Root hands mail to the package's user; Dovecot refuses to keep root's. */
const makeOwner = Effect.gen(function*() {
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? PACKAGE_USER : os.userInfo().username
  const id = (flag: string) => output("id", flag, user)
  return { isRoot, user, group: yield* id("-gn"), uid: Number(yield* id("-u")), gid: Number(yield* id("-g")) }
})

/** The caches of a mailbox, below `folder`: what Dovecot remembers because some client has asked for it. */
const caches = (folder: string, mailbox: string): ReadonlyArray<string> =>
  fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    path.basename(file) === "dovecot.index.cache" &&
    file.split(path.sep).some((part) => part.replace(".", "") === mailbox)
  )

const prepare = Effect.fnUntraced(function*(
  folder: string,
  port: number,
  { curve, format }: DovecotOptions,
  isEncrypted: boolean
) {
  const owner = yield* makeOwner
  const home = path.join(folder, "home")
  const file = path.join(folder, "dovecot.conf")
  const settings = DovecotConfig.text({ folder, port, format, curve: isEncrypted ? curve : undefined, owner })
  yield* attempt("folder", () => {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(file, settings)
    // Dovecot's users come through here.
    for (const part of [folder, home]) fs.chmodSync(part, 0o755)
    fs.chownSync(home, owner.uid, owner.gid)
  })
  const hash = yield* output("doveadm", "-c", file, "pw", "-p", Server.PASSWORD)
  yield* attempt("users", () => fs.writeFileSync(path.join(folder, "users"), `${Server.USER}:${hash}::::::\n`))
  return { home, program: yield* output("sh", "-c", "command -v dovecot"), file }
})

const kind = (options: DovecotOptions, installed: string, isEncrypted: boolean): Server.Kind => {
  const name = isEncrypted ? "mail_crypt" : "plain"
  return {
    name,
    version: `Dovecot ${installed}, ${options.format}${isEncrypted ? `, mail_crypt with ${options.curve}` : ""}`,
    open: Effect.fnUntraced(function*(folder) {
      const endpoint = yield* Server.freeEndpoint
      const { file, home, program } = yield* prepare(folder, endpoint.port, options, isEncrypted)
      return yield* Server.make({
        name,
        folder: home,
        endpoint,
        command: () => [program, "-F", "-c", file],
        forget: (mailbox) =>
          attempt("caches", () => caches(home, mailbox).forEach((cache) => fs.rmSync(path.join(home, cache))))
      })
    })
  }
}

export const kinds = (options: DovecotOptions, installed: string): ReadonlyArray<Server.Kind> => [
  kind(options, installed, true),
  kind(options, installed, false)
]
