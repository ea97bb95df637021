/** Keys as `leap-mail keys` prints them: a line or a page for people. */
import type { Page, ShownKey } from "../domain/keys/ShownKeys.ts"

/** In groups of four, as people compare it. */
const spaced = (fingerprint: string): string => fingerprint.replaceAll(/(.{4})(?=.)/g, "$1 ")

const expiry = ({ expiresAt }: ShownKey): string => expiresAt === null ? "never expires" : `until ${expiresAt}`

export const line = (key: ShownKey): string =>
  `${key.address}  ${key.fingerprint}  ${key.level}  ${key.state}, ${expiry(key)}`

const keyLines = (title: string, key: ShownKey): ReadonlyArray<string> => [
  `${title}: ${key.algorithm}, made ${key.createdAt}, ${expiry(key)}, ${key.state}`,
  `  ${spaced(key.fingerprint)}`,
  `  ${key.level}, from ${key.source}`,
  ...key.userIds.map((userId) => `  ${userId}`)
]

export const pageText = ({ address, key, others, wish }: Page): string =>
  [
    address,
    ...key === null ? ["No key is known."] : keyLines("In use", key),
    ...others.flatMap((other) =>
      keyLines(other.decision === "rejected" ? "Rejected" : other.reason === "bound" ? "Waits for you" : "Unfit", other)
    ),
    ...wish === null ? [] : [`Mail to them: ${wish}`]
  ].join("\n")
