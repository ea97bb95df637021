/** The library alone: the same letter encrypted, nothing kept. Arguments: the certificate's and the letter's file, how many. */
import * as fs from "node:fs"
import { performance } from "node:perf_hooks"
import * as openpgp from "openpgp"

const [certificateFile = "", letterFile = "", count = "0"] = process.argv.slice(2)
const encryptionKeys = await openpgp.readKey({ binaryKey: new Uint8Array(fs.readFileSync(certificateFile)) })
const binary = new Uint8Array(fs.readFileSync(letterFile))

const seal = async (): Promise<void> => {
  await openpgp.encrypt({ message: await openpgp.createMessage({ binary }), encryptionKeys, format: "binary" })
}

for (let warming = 0; warming < 50; warming++) await seal()
const [start, before] = [performance.now(), process.cpuUsage()]
for (let done = 0; done < Number(count); done++) await seal()
const { system, user } = process.cpuUsage(before)
process.stdout.write(
  `${
    JSON.stringify({ milliseconds: performance.now() - start, processor: (system + user) / 1000, count: Number(count) })
  }\n`
)
