/** UIDONLY (RFC 9586): a client that gave up message numbers may not use them, not even by mistake. */
import type { Command } from "../grammar/Command.ts"
import type { SearchKey } from "../grammar/SearchKey.ts"
import { SAVED } from "../grammar/SequenceSet.ts"

const keyUsesNumbers = (key: SearchKey): boolean => {
  switch (key._tag) {
    case "Sequence":
      return key.set !== SAVED
    case "Not":
      return keyUsesNumbers(key.key)
    case "Or":
      return keyUsesNumbers(key.left) || keyUsesNumbers(key.right)
    case "And":
      return key.keys.some(keyUsesNumbers)
    default:
      return false
  }
}

export const usesNumbers = (command: Command): boolean =>
  ("uid" in command && !command.uid) || ("key" in command && keyUsesNumbers(command.key))
