/** UIDONLY (RFC 9586): a client that gave up message numbers may not use them, not even by mistake. */
import type { Command } from "../grammar/Command.ts"
import { type SearchKey, some } from "../grammar/SearchKey.ts"
import { SAVED } from "../grammar/SequenceSet.ts"

const isByNumber = (key: SearchKey): boolean => key._tag === "Sequence" && key.set !== SAVED

export const usesNumbers = (command: Command): boolean =>
  ("uid" in command && !command.uid) || ("key" in command && some(command.key, isByNumber))
