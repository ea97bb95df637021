/** A certificate that vouches for itself (RFC 5280), for a server whose clients are told to trust it. */
import { AsnConvert, OctetString } from "@peculiar/asn1-schema"
import * as x509 from "@peculiar/asn1-x509"
import { DateTime, Redacted } from "effect"
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import type { Identity } from "../../ports/Tls.ts"

export interface SelfSigned extends Identity {
  /** SHA-256 of the certificate, `AB:CD:...`, as mail programs show it. */
  readonly fingerprint: string
}

const COMMON_NAME = "2.5.4.3"
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"

/** What Apple's systems take at most from a server. */
export const DAYS = 825
const DAY = 86_400_000

const dateOf = (at: number): Date => DateTime.toDateUtc(DateTime.makeUnsafe(at))

const nameOf = (text: string): x509.Name =>
  new x509.Name([
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({ type: COMMON_NAME, value: new x509.AttributeValue({ utf8String: text }) })
    ])
  ])

const subject = (host: string): x509.GeneralName =>
  new x509.GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host })

const extension = (extnID: string, critical: boolean, value: unknown): x509.Extension =>
  new x509.Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })

/** Positive, and not guessable (RFC 5280 §4.1.2.2). */
const serialNumber = (): ArrayBuffer => {
  const octets = new Uint8Array(randomBytes(16))
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets.buffer
}

/** `hosts`: the names and addresses by which clients reach the server; `now` in milliseconds. */
export const make = (hosts: readonly [string, ...Array<string>], now: number): SelfSigned => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 })
  const name = nameOf(hosts[0])
  const tbsCertificate = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: serialNumber(),
    signature: algorithm,
    issuer: name,
    subject: name,
    // Clocks differ.
    validity: new x509.Validity({ notBefore: dateOf(now - DAY), notAfter: dateOf(now + (DAYS - 1) * DAY) }),
    subjectPublicKeyInfo: AsnConvert.parse(
      publicKey.export({ type: "spki", format: "der" }),
      x509.SubjectPublicKeyInfo
    ),
    extensions: new x509.Extensions([
      extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: false })),
      extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(x509.KeyUsageFlags.digitalSignature)),
      extension(x509.id_ce_extKeyUsage, false, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
      extension(x509.id_ce_subjectAltName, false, new x509.SubjectAlternativeName(hosts.map(subject)))
    ])
  })
  const signature = new Uint8Array(sign("sha256", new Uint8Array(AsnConvert.serialize(tbsCertificate)), privateKey))
  const certificate = new X509Certificate(
    new Uint8Array(
      AsnConvert.serialize(
        new x509.Certificate({ tbsCertificate, signatureAlgorithm: algorithm, signatureValue: signature.buffer })
      )
    )
  )
  return {
    key: Redacted.make(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    cert: certificate.toString(),
    fingerprint: certificate.fingerprint256
  }
}
