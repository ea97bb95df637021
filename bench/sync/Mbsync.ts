/** The peer: isync's mbsync, which brings a mailbox from an IMAP server into a Maildir. */
import { Clock, Effect } from "effect"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { BenchError } from "../BenchError.ts"
import * as Server from "../imap/Server.ts"

const settings = (folder: string, { host, port }: Server.Server["endpoint"]): string => `
IMAPAccount peer
Host ${host}
Port ${port}
User ${Server.USER}
Pass ${Server.PASSWORD}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account peer

MaildirStore near
Path ${folder}/mail/
Inbox ${folder}/mail/INBOX
SubFolders Verbatim

Channel main
Far :far:
Near :near:
Patterns Main
Create Near
SyncState *
`

const mbsync = (file: string): Effect.Effect<void, BenchError> =>
  Effect.callback((resume) => {
    execFile("mbsync", ["-q", "-c", file, "main"], { maxBuffer: 1 << 24 }, (error, _stdout, stderr) =>
      resume(
        error === null ? Effect.void : new BenchError({ reason: `mbsync: ${error.message} ${stderr}`.slice(0, 500) })
      ))
  })

export const version: Effect.Effect<string | undefined> = Effect.callback((resume) => {
  execFile(
    "mbsync",
    ["--version"],
    (error, stdout) => resume(Effect.succeed(error === null ? stdout.trim() : undefined))
  )
})

/** Milliseconds until all of `Main` is in a fresh Maildir. */
export const pull = Effect.fnUntraced(function*(folder: string, server: Server.Server, messages: number) {
  fs.mkdirSync(path.join(folder, "mail"), { recursive: true })
  const file = path.join(folder, "mbsyncrc")
  fs.writeFileSync(file, settings(folder, server.endpoint), { mode: 0o600 })
  const began = yield* Clock.currentTimeNanos
  yield* mbsync(file)
  const took = Number((yield* Clock.currentTimeNanos) - began) / 1e6
  const found = fs.readdirSync(path.join(folder, "mail", "Main", "new")).length +
    fs.readdirSync(path.join(folder, "mail", "Main", "cur")).length
  if (found !== messages) {
    return yield* new BenchError({ reason: `mbsync brought ${found} of ${messages} messages` })
  }
  return took
})
