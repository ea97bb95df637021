/**
 * FETCH of what lies with the placements: from columns to text, for a hundred thousand messages at once. Measured: joined
 * strings that are written once a slice take a third of the time that writing each number into octets does.
 */
import type { Chunk } from "../../../domain/mailbox/Chunk.ts"
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import { encodeDateTime } from "./DateTime.ts"
import type { PlacementItem, Response } from "./Response.ts"

const flagText = (flags: ReadonlyArray<Flag>): string => `FLAGS (${flags.join(" ")})`

const itemText = (item: PlacementItem, chunk: Chunk, at: number, flagTexts: ReadonlyArray<string>): string => {
  switch (item) {
    case "Uid":
      return `UID ${chunk.uids[at]}`
    case "Flags":
      return flagTexts[chunk.flags[at] as number] as string
    case "ModSeq":
      return `MODSEQ (${chunk.modSeqs[at]})`
    case "Size":
      return `RFC822.SIZE ${chunk.sizes[at]}`
    case "InternalDate":
      return `INTERNALDATE ${encodeDateTime(chunk.internalDates[at] as number)}`
    case "SaveDate":
      return `SAVEDATE ${encodeDateTime(chunk.saveDates[at] as number)}`
  }
}

export const sliceText = (
  { items, number, slice: { chunk, from, to } }: Extract<Response, { readonly _tag: "FetchSlice" }>
): string => {
  const flagTexts = chunk.flagSets.map(flagText)
  let text = ""
  for (let at = from; at < to; at++) {
    text += number === undefined ? `* ${chunk.uids[at]} UIDFETCH (` : `* ${number + at - from} FETCH (`
    for (let index = 0; index < items.length; index++) {
      if (index > 0) text += " "
      text += itemText(items[index] as PlacementItem, chunk, at, flagTexts)
    }
    text += ")\r\n"
  }
  return text
}
