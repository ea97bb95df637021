import * as KeyStoreMemory from "../../../src/adapters/memory/KeyStoreMemory.ts"
import * as OutboxMemory from "../../../src/adapters/memory/OutboxMemory.ts"
import { keyStoreContract } from "../../ports/KeyStore.contract.ts"
import { outboxContract } from "../../ports/Outbox.contract.ts"

keyStoreContract("memory", KeyStoreMemory.layer)
outboxContract("memory", OutboxMemory.layer)
