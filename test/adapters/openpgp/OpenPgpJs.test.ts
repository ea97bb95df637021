import { layer } from "../../../src/adapters/openpgp/OpenPgpJs.ts"
import { openPgpContract } from "../../ports/OpenPgp.contract.ts"

openPgpContract("openpgp.js", layer)
