/** Messages to test with: our own fixtures, and the shared corpus where it lies beside the checkout. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Fixture {
  readonly name: string
  readonly bytes: Uint8Array
}

const root = join(import.meta.dirname, "../../..")

const read = (folder: string): ReadonlyArray<Fixture> =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".eml")).sort()
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
    : []

export const fixtures: ReadonlyArray<Fixture> = read(join(root, "test/fixtures"))

export const fixture = (name: string): Uint8Array => {
  const found = fixtures.find((one) => one.name === `${name}.eml`)
  if (found === undefined) throw new Error(`no test/fixtures/${name}.eml`)
  return found.bytes
}

const withLf = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("\r\n", "\n"), "latin1"))
const withCrlf = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(Buffer.from(Buffer.from(withLf(bytes)).toString("latin1").replaceAll("\n", "\r\n"), "latin1"))

/** Each message of the corpus with LF and with CRLF. Empty where there is none. */
export const corpus: ReadonlyArray<Fixture> = read(join(root, "../shared/corpus")).flatMap(({ bytes, name }) => [
  { name: `${name} (LF)`, bytes: withLf(bytes) },
  { name: `${name} (CRLF)`, bytes: withCrlf(bytes) }
])

export const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1")

export const octets = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"))
