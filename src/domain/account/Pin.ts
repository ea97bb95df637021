/** The public key that a server's certificate must have, as curl writes it: the SHA-256 of its SubjectPublicKeyInfo. */
const PIN = /^sha256\/\/[A-Za-z0-9+/]{43}=$/

export const isPin = (text: string): boolean => PIN.test(text)

export const NO_PIN = "the pin is not sha256// and the Base64 of a key's SHA-256"
