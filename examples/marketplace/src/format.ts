import { useMemo } from 'react'

import type { Frequency } from './gql/graphql'
import { useLanguage, type Texts } from './i18n'
import type { Money } from './money'
import type { DecimalString } from './scalars'

const LANGUAGE_TAG = { en: 'en-GB', zh: 'zh-CN' } as const
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** How amounts, rates, numbers and days are written. Decimal strings go to `Intl` as they are, so that no digit changes. */
export interface Format {
  readonly money: (money: Money) => string
  readonly moneyShort: (money: Money) => string
  readonly rate: (rate: DecimalString) => string
  readonly percent: (percent: number) => string
  readonly count: (count: number) => string
  readonly day: (date: string) => string
  readonly month: (date: string) => string
  readonly instant: (at: string, timeZone: string) => string
  readonly instantDay: (at: string, timeZone: string) => string
  readonly until: (at: string, now: number) => string
  readonly term: (installments: number, frequency: Frequency) => string
}

export function useFormat(): Format {
  const { language, texts } = useLanguage()
  return useMemo(() => make(LANGUAGE_TAG[language], texts), [language, texts])
}

function make(tag: string, texts: Texts): Format {
  const count = new Intl.NumberFormat(tag)
  const rate = new Intl.NumberFormat(tag, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0, roundingMode: 'floor' })
  // Business dates have no time zone; they are read and written in UTC so that no day shifts.
  const day = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  const month = new Intl.DateTimeFormat(tag, { month: 'short', year: 'numeric', timeZone: 'UTC' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'always' })
  const amounts = new Map<string, Intl.NumberFormat>()
  const amount = (currency: string, options: Intl.NumberFormatOptions) => {
    const key = `${currency}${options.notation ?? ''}${options.trailingZeroDisplay ?? ''}`
    const made =
      amounts.get(key) ??
      new Intl.NumberFormat(tag, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...options })
    amounts.set(key, made)
    return made
  }
  return {
    money: (money) => amount(money.currency, {}).format(money.amount),
    moneyShort: (money) => amount(money.currency, { trailingZeroDisplay: 'stripIfInteger' }).format(money.amount),
    rate: (value) => rate.format(value),
    percent: (value) => percent.format(value / 100),
    count: (value) => count.format(value),
    day: (date) => day.format(new Date(`${date}T00:00:00Z`)),
    month: (date) => month.format(new Date(`${date}T00:00:00Z`)),
    instant: (at, timeZone) =>
      new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(at)),
    instantDay: (at, timeZone) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone }).format(new Date(at)),
    until: (at, now) => {
      const left = new Date(at).getTime() - now
      const [unit, length] = UNITS.find(([, size]) => Math.abs(left) >= size) ?? UNITS[2]
      return relative.format(Math.round(left / length), unit)
    },
    term: (installments, frequency) => {
      const said = { MONTHLY: texts.perMonths, BIWEEKLY: texts.perBiweeks, WEEKLY: texts.perWeeks }[frequency]
      return said(count.format(installments), installments)
    },
  }
}
