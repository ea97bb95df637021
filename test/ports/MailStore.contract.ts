/** What every adapter of the MailStore port must do. */
import { describe } from "@effect/vitest"
import type { Layer } from "effect"
import type { MailStore } from "../../src/ports/MailStore.ts"
import { appendContract } from "./mail-store/Append.contract.ts"
import { changesContract } from "./mail-store/Changes.contract.ts"
import { fetchContract } from "./mail-store/Fetch.contract.ts"
import { flagContract } from "./mail-store/Flag.contract.ts"
import { locateContract } from "./mail-store/Locate.contract.ts"
import { testOn } from "./mail-store/Mail.ts"
import { mailboxesContract } from "./mail-store/Mailboxes.contract.ts"
import { metadataContract } from "./mail-store/Metadata.contract.ts"
import { orderContract } from "./mail-store/Order.contract.ts"
import { relocateContract } from "./mail-store/Relocate.contract.ts"
import { renameContract } from "./mail-store/Rename.contract.ts"
import { replaceContract } from "./mail-store/Replace.contract.ts"
import { searchContract } from "./mail-store/Search.contract.ts"

/** The layer is built anew for each test. */
export const mailStoreContract = <E>(name: string, layer: Layer.Layer<MailStore, E>): void => {
  const test = testOn(layer)
  describe(`MailStore: ${name}`, () => {
    describe("mailboxes", () => mailboxesContract(test))
    describe("rename and delete", () => renameContract(test))
    describe("append", () => appendContract(test))
    describe("fetch", () => fetchContract(test))
    describe("flag", () => flagContract(test))
    describe("copy, move, expunge", () => relocateContract(test))
    describe("replace", () => replaceContract(test))
    describe("locate and usage", () => locateContract(test))
    describe("metadata", () => metadataContract(test))
    describe("search", () => searchContract(test))
    describe("order", () => orderContract(test))
    describe("changes", () => changesContract(test))
  })
}
