import type { PlaceBidInput } from './gql/graphql'

export type Intent = Omit<PlaceBidInput, 'idempotencyKey'>

/**
 * The idempotency key of a bid that somebody means to place: the same for as long as it is the same bid, also after a reload,
 * until its answer has come. However often it is sent, it is placed once.
 */
export function keyOf(intent: Intent): string {
  const name = nameOf(intent)
  const kept = sessionStorage.getItem(name) ?? fresh()
  sessionStorage.setItem(name, kept)
  return kept
}

/** The answer has come: the next bid is a new one, even if it looks the same. */
export function answered(intent: Intent): void {
  sessionStorage.removeItem(nameOf(intent))
}

function nameOf(intent: Intent): string {
  return `kalends.intent ${JSON.stringify(intent)}`
}

function fresh(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
