/** Octets one after another on their way to a socket: what is small is gathered in pages, what is large stays as it is. */

export interface Octets {
  /** What waits, page and pieces. */
  length: number
  page: Buffer
  /** [start, end) of the page waits behind the pieces. */
  start: number
  end: number
  pieces: Array<Uint8Array>
}

/** Of the first page: most answers are a line. */
const SMALL = 512
const PAGE = 65_536
/** Longer than this is not worth a copy: pages that bodies fill are memory that the collector must hurry after. */
const LARGE = 4096
/** Up to here one piece that is copied together leaves sooner than several. */
const WORTH_A_COPY = 32_768
/** Shorter than this a call into the platform costs more than a loop. */
const SHORT = 24

const NO_PAGE = Buffer.alloc(0)

export const make = (): Octets => ({ length: 0, page: NO_PAGE, start: 0, end: 0, pieces: [] })

const endPiece = (out: Octets): void => {
  if (out.end > out.start) out.pieces.push(out.page.subarray(out.start, out.end))
  out.start = out.end
}

/** Makes room for so many at the end of the page. */
export const reserve = (out: Octets, count: number): void => {
  if (out.page.length - out.end >= count) return
  endPiece(out)
  out.page = Buffer.allocUnsafe(Math.max(count, out.length === 0 ? SMALL : PAGE))
  out.start = out.end = 0
}

/** The page was written up to there. */
export const advance = (out: Octets, end: number): void => {
  out.length += end - out.end
  out.end = end
}

/** One character an octet. */
export const text = (out: Octets, latin1: string): void => {
  const { length } = latin1
  reserve(out, length)
  const { end, page } = out
  if (length > SHORT) page.write(latin1, end, length, "latin1")
  else for (let i = 0; i < length; i++) page[end + i] = latin1.charCodeAt(i)
  out.end = end + length
  out.length += length
}

/** Not to be changed before they are sent. */
export const bytes = (out: Octets, octets: Uint8Array): void => {
  const { length } = octets
  if (length > LARGE) {
    endPiece(out)
    out.pieces.push(octets)
  } else {
    reserve(out, length)
    out.page.set(octets, out.end)
    out.end += length
  }
  out.length += length
}

/** All that waits, in order; nothing waits then. */
export const take = (out: Octets): ReadonlyArray<Uint8Array> => {
  endPiece(out)
  const { length, pieces } = out
  out.pieces = []
  out.length = out.start = out.end = 0
  out.page = NO_PAGE
  return pieces.length > 1 && length <= WORTH_A_COPY ? [Buffer.concat(pieces, length)] : pieces
}
