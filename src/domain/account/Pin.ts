/** The public key that a server's certificate must have, as curl writes it: the SHA-256 of its SubjectPublicKeyInfo. */
const PIN = /^sha256\/\/[A-Za-z0-9+/]{43}=$/

export const isPin = (text: string): boolean => PIN.test(text)

export const NO_PIN = "the pin is not sha256// and the Base64 of a key's SHA-256"

/** Why a key is not the pinned one, if it is not. `digest`: the Base64 of its SHA-256. */
export const otherKey = (digest: string, pin: string): string | undefined => {
  const shown = `sha256//${digest}`
  return shown === pin ? undefined : `its key is ${shown}, and ${pin} was pinned`
}
