import type { PreviewBidQuery } from './gql/graphql.ts'
import type { Format } from './format.ts'
import type { Texts } from './i18n/index.tsx'
import { atMost, inLots, isAtMost, isPositive, type Money } from './money.ts'

/** A typed refusal of a bid, with the facts that would make it right. */
export type Refusal = NonNullable<PreviewBidQuery['loan']>['previewBid']['refusals'][number]
type Name = Refusal['__typename']

// Written as a record so that a refusal which the schema gains and this list lacks is a type error.
const KNOWN: Record<Name, true> = {
  AmountOutOfRange: true,
  BidBelowMinimum: true,
  BidBinding: true,
  BidNotInLots: true,
  Busy: true,
  ClockFixed: true,
  CollectionPending: true,
  ConsentRequired: true,
  DocumentsNotAcknowledged: true,
  DocumentsOutdated: true,
  IdempotencyConflict: true,
  InsufficientFunds: true,
  InvalidCredentials: true,
  InvalidInput: true,
  InvalidToken: true,
  LimitReached: true,
  LoanNotOpen: true,
  MandateRequired: true,
  MethodNotOffered: true,
  NotAllowed: true,
  NotFound: true,
  OfferExpired: true,
  OwnLoan: true,
  PayoffChanged: true,
  PrepaymentNotAllowed: true,
  PrepaymentTooSmall: true,
  ProductNotOpen: true,
  RateAboveCeiling: true,
  RemainingTooSmall: true,
  RepaymentTooLarge: true,
  StepRequired: true,
  TermNotOffered: true,
  TooManyAttempts: true,
  TooManyPlans: true,
  WrongState: true,
}

/** Every type that implements `UserError`. */
export const REFUSALS = Object.keys(KNOWN) as Name[]

/** What the visitor can do about a refusal. */
export type Remedy =
  | { readonly kind: 'bid'; readonly amount: Money }
  | { readonly kind: 'deposit' | 'otherLoans' | 'otherAccount' | 'reload' }

/** What a loan's funding says about bids on it. */
export interface Terms {
  readonly remaining: Money
  readonly minimumBid: Money
  readonly lot: Money
}

/** What to tell about a refusal, in the visitor's language; for those that a bid never meets, the API's own words. */
export function said(refusal: Refusal, texts: Texts, format: Format): string {
  const words = texts.refusal
  switch (refusal.__typename) {
    case 'BidBelowMinimum':
      return words.BidBelowMinimum(format.moneyShort(refusal.minimum))
    case 'BidNotInLots':
      return words.BidNotInLots(format.moneyShort(refusal.lot))
    case 'RemainingTooSmall':
      return words.RemainingTooSmall(format.moneyShort(refusal.remaining))
    case 'InsufficientFunds':
      return words.InsufficientFunds(format.moneyShort(refusal.available), format.moneyShort(refusal.needed))
    case 'LimitReached':
      return words.LimitReached(format.moneyShort(refusal.maximum))
    case 'StepRequired':
      return words.StepRequired(refusal.steps.map((step) => (isStep(step, texts) ? texts.step[step] : step)).join(', '))
    case 'LoanNotOpen':
    case 'OwnLoan':
    case 'DocumentsNotAcknowledged':
    case 'NotAllowed':
    case 'IdempotencyConflict':
    case 'Busy':
      return words[refusal.__typename]
    default:
      return refusal.message
  }
}

/** What would be right instead, worked out from the facts of the refusal and the loan's terms. */
export function remedies(refusal: Refusal, wanted: Money, terms: Terms): readonly Remedy[] {
  const bid = (amount: Money): Remedy[] =>
    isPossible(amount, terms) && amount.amount !== wanted.amount ? [{ kind: 'bid', amount }] : []
  switch (refusal.__typename) {
    case 'BidBelowMinimum':
      return bid(refusal.minimum)
    case 'BidNotInLots': {
      const lower = inLots(wanted, refusal.lot)
      return bid(isPossible(lower, terms) ? lower : atMost(terms.minimumBid, terms.remaining))
    }
    case 'RemainingTooSmall':
      return bid(refusal.remaining)
    case 'InsufficientFunds':
      return [...bid(inLots(refusal.available, terms.lot)), { kind: 'deposit' }]
    case 'LoanNotOpen':
    case 'OwnLoan':
      return [{ kind: 'otherLoans' }]
    case 'NotAllowed':
      return [{ kind: 'otherAccount' }]
    case 'DocumentsNotAcknowledged':
      return [{ kind: 'reload' }]
    default:
      return []
  }
}

function isPossible(amount: Money, { remaining, minimumBid }: Terms): boolean {
  return isPositive(amount) && isAtMost(amount, remaining) && isAtMost(atMost(minimumBid, remaining), amount)
}

function isStep(step: string, texts: Texts): step is keyof Texts['step'] {
  return step in texts.step
}
