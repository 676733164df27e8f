import type { Currency, MoneyPartsFragment } from './gql/graphql.ts'
import type { DecimalString } from './scalars.ts'

/** An exact amount of one currency. Arithmetic is done in integers of its smallest unit, never in floats. */
export type Money = MoneyPartsFragment

const DIGITS: Record<Currency, number> = { CNY: 2, EUR: 2, GBP: 2, INR: 2, JPY: 0, USD: 2 }
const TYPED = /^\d{1,13}(?:\.\d+)?$/

/** The amount in the currency's smallest unit. */
export function minor({ amount, currency }: Money): bigint {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.')
  const units = BigInt(whole + fraction.padEnd(DIGITS[currency], '0'))
  return amount.startsWith('-') ? -units : units
}

/** The amount of so many smallest units. */
export function ofMinor(units: bigint, currency: Currency): Money {
  const digits = DIGITS[currency]
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0')
  const point = text.length - digits
  const amount = digits ? `${text.slice(0, point)}.${text.slice(point)}` : text
  return { amount: `${units < 0n ? '-' : ''}${amount}` as DecimalString, currency }
}

export function sum(amounts: readonly Money[], currency: Currency): Money {
  return ofMinor(
    amounts.reduce((total, amount) => total + minor(amount), 0n),
    currency,
  )
}

export function minus(from: Money, amount: Money): Money {
  return ofMinor(minor(from) - minor(amount), from.currency)
}

export function isAtMost(amount: Money, limit: Money): boolean {
  return minor(amount) <= minor(limit)
}

export function atMost(amount: Money, limit: Money): Money {
  return isAtMost(amount, limit) ? amount : limit
}

export function isPositive(amount: Money): boolean {
  return minor(amount) > 0n
}

/** The largest multiple of a lot that is not more than the amount. */
export function inLots(amount: Money, lot: Money): Money {
  const units = minor(amount)
  return ofMinor(units - (units % minor(lot)), amount.currency)
}

/** What part of the whole an amount is, from 0 to 100, for drawing only. */
export function percentOf(part: Money, whole: Money): number {
  const all = minor(whole)
  return all === 0n ? 0 : Number((minor(part) * 10_000n) / all) / 100
}

/** An amount that somebody typed, `1,200.50` or `１２００`; null: it is not one, or has more digits than the currency. */
export function typed(text: string, currency: Currency): Money | null {
  const plain = text.normalize('NFKC').replace(/[\s,_']/g, '')
  if (!TYPED.test(plain)) return null
  const fraction = plain.split('.')[1] ?? ''
  if (fraction.length > DIGITS[currency]) return null
  return ofMinor(minor({ amount: plain as DecimalString, currency }), currency)
}

/** An amount as somebody would type it: without digits that say nothing. */
export function forTyping({ amount }: Money): string {
  return amount.replace(/\.0+$/, '')
}
