/** Mail that another server wrote to a maildir: each message handed on, and its file removed when that was done. */
import { Effect, FileSystem, Path, Schema } from "effect"
import { headerFields, unfold } from "../../domain/message/Header.ts"

export class SpoolError extends Schema.TaggedError<SpoolError>()("SpoolError", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

export interface SpooledMessage {
  readonly file: string
  /** Whom the server delivered it for: the topmost Delivered-To field, else X-Original-To. */
  readonly to: string | undefined
  /** As on disk, its lines ended by CRLF. */
  readonly bytes: Uint8Array
}

/** RFC 5322 §2.1.1: a maildir's files have the line ends of their system. */
export const withCrlf = (bytes: Uint8Array): Uint8Array => {
  let bare = 0
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === 10 && bytes[index - 1] !== 13) bare++
  if (bare === 0) return bytes
  const whole = new Uint8Array(bytes.length + bare)
  let at = 0
  for (let index = 0; index < bytes.length; index++) {
    const octet = bytes[index] ?? 0
    if (octet === 10 && bytes[index - 1] !== 13) whole[at++] = 13
    whole[at++] = octet
  }
  return whole
}

const MAX_HEADER = 64 * 1024

const recipientOf = (bytes: Uint8Array): string | undefined => {
  const fields = headerFields(bytes, 0, Math.min(bytes.length, MAX_HEADER))
  const field = fields.find(({ name }) => name === "delivered-to") ??
    fields.find(({ name }) => name === "x-original-to")
  return field === undefined ? undefined : unfold(bytes, field).trim().replace(/^<(.*)>$/, "$1")
}

export interface Taken {
  readonly taken: number
  readonly left: number
}

/** One after the other. What `take` fails for stays where it is, and is logged with the reason. */
export const drain = Effect.fn("MaildirSpool.drain")(function*<R>(
  folder: string,
  maxSize: number,
  take: (message: SpooledMessage) => Effect.Effect<void, { readonly message: string }, R>
) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const broken = (what: string) => (error: { readonly message: string }) =>
    new SpoolError({ reason: `${what}: ${error.message}` })

  const one = Effect.fnUntraced(function*(file: string) {
    // A link could name any file that this program may read; a pipe would be read for ever.
    if (yield* Effect.isSuccess(fs.readLink(file))) return yield* new SpoolError({ reason: "It is a link" })
    const { size, type } = yield* fs.stat(file).pipe(Effect.mapError(broken(`Cannot read ${file}`)))
    if (type !== "File") return yield* new SpoolError({ reason: "It is no file" })
    if (Number(size) > maxSize) return yield* new SpoolError({ reason: `It is larger than ${maxSize} bytes` })
    const bytes = withCrlf(yield* fs.readFile(file).pipe(Effect.mapError(broken(`Cannot read ${file}`))))
    yield* take({ file, to: recipientOf(bytes), bytes })
    yield* fs.remove(file).pipe(Effect.mapError(broken(`It was taken, but ${file} cannot be removed`)))
  })

  const result = { taken: 0, left: 0 }
  for (const part of ["new", "cur"]) {
    const names = yield* fs.readDirectory(path.join(folder, part)).pipe(
      Effect.mapError(broken(`${folder} is no maildir that can be read`))
    )
    for (const name of names.toSorted()) {
      if (name.startsWith(".")) continue
      const file = path.join(folder, part, name)
      const isTaken = yield* one(file).pipe(
        Effect.as(true),
        Effect.catch(({ message }) =>
          Effect.as(Effect.logWarning("Mail stays in its maildir", { file, message }), false)
        )
      )
      if (isTaken) result.taken++
      else result.left++
    }
  }
  const answer: Taken = result
  return answer
})
