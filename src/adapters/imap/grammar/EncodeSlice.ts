/** FETCH of what lies with the placements: from columns to octets, for a hundred thousand messages at once. */
import type { Flag } from "../../../domain/mailbox/Flag.ts"
import type { Chunk } from "../../../domain/mailbox/Placements.ts"
import { encodeDateTime } from "./DateTime.ts"
import * as Octets from "./Octets.ts"
import type { PlacementItem, Response } from "./Response.ts"

const flagText = (flags: ReadonlyArray<Flag>): string => `FLAGS (${flags.join(" ")})`

const itemText = (
  out: Octets.Octets,
  item: PlacementItem,
  chunk: Chunk,
  at: number,
  flagTexts: ReadonlyArray<string>
): void => {
  switch (item) {
    case "Uid":
      Octets.text(out, "UID ")
      return Octets.number(out, chunk.uids[at] as number)
    case "Flags":
      return Octets.text(out, flagTexts[chunk.flags[at] as number] as string)
    case "ModSeq":
      Octets.text(out, "MODSEQ (")
      Octets.number(out, chunk.modSeqs[at] as number)
      return Octets.text(out, ")")
    case "Size":
      Octets.text(out, "RFC822.SIZE ")
      return Octets.number(out, chunk.sizes[at] as number)
    case "InternalDate":
      Octets.text(out, "INTERNALDATE ")
      return Octets.text(out, encodeDateTime(chunk.internalDates[at] as number))
    case "SaveDate":
      Octets.text(out, "SAVEDATE ")
      return Octets.text(out, encodeDateTime(chunk.saveDates[at] as number))
  }
}

export const fetchSlice = (
  out: Octets.Octets,
  { items, number, slice: { chunk, from, to } }: Extract<Response, { readonly _tag: "FetchSlice" }>
): void => {
  const flagTexts = chunk.flagSets.map(flagText)
  const name = number === undefined ? " UIDFETCH (" : " FETCH ("
  for (let at = from; at < to; at++) {
    Octets.text(out, "* ")
    Octets.number(out, number === undefined ? chunk.uids[at] as number : number + at - from)
    Octets.text(out, name)
    for (let index = 0; index < items.length; index++) {
      if (index > 0) Octets.text(out, " ")
      itemText(out, items[index] as PlacementItem, chunk, at, flagTexts)
    }
    Octets.text(out, ")\r\n")
  }
}
