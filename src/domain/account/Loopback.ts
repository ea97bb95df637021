/** Addresses that no other machine reaches: what goes to them needs no TLS. */

const LOOPBACK = /^(localhost|::1|(::ffff:)?127(\.\d{1,3}){3})$/i

/** An address, or a name as a person sets it. What is not known to stay within this machine leaves it. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host)
