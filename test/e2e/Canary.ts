/** Words that no file may hold, in the forms in which bytes hide them without a key. */
import { randomBytes } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export const makeCanary = (): string => `canary${randomBytes(12).toString("hex")}`

/** The part of the Base64 that the neighbours do not change, for each of the three places where it may begin. */
const base64Forms = (bytes: Uint8Array): ReadonlyArray<string> =>
  [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64")
    return text.slice(shift === 0 ? 0 : shift + 1, Math.floor((shift + bytes.length) * 8 / 6))
  })

const formsOf = (secret: string | Uint8Array): ReadonlyArray<Uint8Array> => {
  const bytes = Buffer.from(secret)
  const base64 = base64Forms(bytes)
  return [
    bytes,
    ...typeof secret === "string" ? [Buffer.from(secret, "utf16le")] : [],
    ...[
      ...base64,
      ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase()
    ].map((text) => Buffer.from(text))
  ]
}

export const holds = (bytes: Uint8Array, secret: string | Uint8Array): boolean =>
  formsOf(secret).some((form) => Buffer.from(bytes).includes(form))

/** The files under `folder`, by their paths in it, that hold one of the secrets. */
export const filesWith = (
  folder: string,
  secrets: ReadonlyArray<string | Uint8Array>
): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file)
      return secrets.some((secret) => holds(bytes, secret))
    })
    .map((file) => file.slice(folder.length + 1))
    .toSorted()
