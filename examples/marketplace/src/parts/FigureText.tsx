import { useFormat } from '../format'
import type { FiguresQuery } from '../gql/graphql'
import { useTexts } from '../i18n'
import type { Money } from '../money'

export type FigureValue = FiguresQuery['disclosure']['figures'][number]['value']

/** A published figure: an amount, a number or a share. */
export function FigureText({ value, money }: { value: FigureValue; money: (money: Money) => string }) {
  const texts = useTexts()
  const format = useFormat()
  if ('amount' in value) return money(value)
  if ('count' in value) return format.count(value.count)
  return value.ratio === null ? texts.figures.none : format.rate(value.ratio)
}
