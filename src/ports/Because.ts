/** The words of what lies below an error, in brackets behind its sentence; empty where it has none. */
export const because = (cause: unknown): string => {
  if (cause instanceof Error) return cause.message === "" ? because(cause.cause) : ` (${cause.message})`
  return typeof cause === "string" && cause !== "" ? ` (${cause})` : ""
}
