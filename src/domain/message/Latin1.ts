/** Octets as a string of one character each, and back. `TextDecoder("latin1")` is windows-1252, so it will not do. */

const CHUNK = 8192

export const latin1 = (bytes: Uint8Array, start = 0, end = bytes.length): string => {
  if (end - start <= CHUNK) {
    return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as Array<number>)
  }
  const pieces: Array<string> = []
  for (let at = start; at < end; at += CHUNK) {
    const piece = bytes.subarray(at, Math.min(at + CHUNK, end))
    pieces.push(String.fromCharCode.apply(null, piece as unknown as Array<number>))
  }
  return pieces.join("")
}

export const fromLatin1 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}

export const concat = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  let length = 0
  for (const piece of pieces) length += piece.length
  const all = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** Do these octets stand somewhere among them? */
export const holds = (bytes: Uint8Array, needle: Uint8Array): boolean => {
  const [first] = needle
  if (first === undefined) return true
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1
    while (same < needle.length && bytes[at + same] === needle[same]) same++
    if (same === needle.length) return true
  }
  return false
}
