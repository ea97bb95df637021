/** The folder that holds everything: made private, locked for one process, its small files replaced atomically. */
import { Effect, FileSystem, Option, Path, Schema, type Scope } from "effect"

export class HomeError extends Schema.TaggedError<HomeError>()("HomeError", {
  reason: Schema.String
}) {
  override get message(): string {
    return this.reason
  }
}

const broken = (what: string, home: string) => (error: { readonly message: string }) =>
  new HomeError({ reason: `${what} ${home}: ${error.message}. Choose another folder with LEAP_MAIL_HOME.` })

/** Readable by this user alone. */
export const makeFolder = Effect.fnUntraced(function*(folder: string) {
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(folder, { recursive: true, mode: 0o700 }).pipe(
    Effect.mapError(broken("Cannot use the folder", folder))
  )
})

/** Makes `home` (mode 0700) and holds its lock while the scope is open. A lock left by a dead process is taken over. */
export const open = Effect.fn("Home.open")(
  function*(home: string, pid: number, isAlive: (pid: number) => boolean): Effect.fn.Return<
    void,
    HomeError,
    Scope.Scope | FileSystem.FileSystem | Path.Path
  > {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    yield* makeFolder(home)
    const lock = path.join(home, "lock")
    const take = fs.writeFileString(lock, `${pid}\n`, { flag: "wx", mode: 0o600 })
    yield* Effect.acquireRelease(
      take.pipe(
        Effect.catchReason("PlatformError", "AlreadyExists", () =>
          Effect.gen(function*() {
            const holder = Number((yield* fs.readFileString(lock)).trim())
            if (holder !== pid && Number.isInteger(holder) && holder > 0 && isAlive(holder)) {
              return yield* new HomeError({
                reason: `Another leap-mail (process ${holder}) already uses ${home}. ` +
                  "Stop it, or choose another folder with LEAP_MAIL_HOME."
              })
            }
            yield* fs.remove(lock, { force: true })
            yield* take
          })),
        Effect.catchTag("PlatformError", (error) => Effect.fail(broken("Cannot write in the folder", home)(error)))
      ),
      () => fs.remove(lock, { force: true }).pipe(Effect.ignore)
    )
  }
)

/** The file's text, or undefined where there is none. */
export const read = Effect.fnUntraced(function*(file: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* fs.readFileString(file).pipe(
    Effect.map((text): string | undefined => text),
    Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed(undefined)),
    Effect.mapError(broken("Cannot read", file))
  )
})

const Versioned = Schema.fromJsonString(Schema.Struct({ version: Schema.Int }))

/** Why `text`, which `file` has, is not what this program understands: `version` is the one it writes. */
export const notUnderstood = (file: string, text: string, version: number): HomeError => {
  const written = Schema.decodeUnknownOption(Versioned)(text)
  return new HomeError({
    reason: Option.isSome(written) && written.value.version > version
      ? `${file} was written by a newer leap-mail (version ${written.value.version}). ` +
        "Install the newer version to use it."
      : `${file} is damaged: restore it, or join the account anew.`
  })
}

/** Written beside, synced, renamed over: after a crash the old text or the new one is there, never half. Mode 0600. */
export const write = Effect.fnUntraced(function*(file: string, text: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const beside = `${file}.new`
  const folder = path.dirname(file)
  yield* makeFolder(folder)
  yield* Effect.gen(function*() {
    yield* Effect.scoped(Effect.gen(function*() {
      const handle = yield* fs.open(beside, { flag: "w", mode: 0o600 })
      yield* handle.writeAll(new TextEncoder().encode(text))
      yield* handle.sync
    }))
    yield* fs.rename(beside, file)
    // The new name, too, is on disk.
    yield* Effect.scoped(Effect.flatMap(fs.open(folder, { flag: "r" }), ({ sync }) => sync))
  }).pipe(Effect.mapError(broken("Cannot write", file)))
})
