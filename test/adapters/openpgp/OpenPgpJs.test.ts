import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { openPgpContract } from "../../ports/OpenPgp.contract.ts"
import { openPgpKeysContract } from "../../ports/OpenPgpKeys.contract.ts"

openPgpContract("openpgp.js", layer)
openPgpKeysContract("openpgp.js", layer)
