import { useMemo } from 'react'

import type { Grade, LoanFilter, LoanOrder, Purpose } from '../gql/graphql'
import { en } from '../i18n/en'
import { go, usePlace } from '../router'
import type { DecimalString } from '../scalars'

export const GRADES = ['A', 'B', 'C', 'D', 'E', 'F', 'G'] as const satisfies readonly Grade[]
export const PURPOSES = Object.keys(en.purposes) as Purpose[]
export const ORDERS = Object.keys(en.order) as LoanOrder[]
export const RATES = ['0.06', '0.08', '0.10', '0.12'] as const satisfies readonly DecimalString[]
export const TERMS = [6, 12, 24, 36] as const

/** What the visitor is looking for. It lives in the address, so that it can be kept, shared and gone back to. */
export interface Wish {
  readonly isOpen: boolean
  readonly grades: readonly Grade[]
  readonly purpose: Purpose | null
  readonly minimumRate: DecimalString | null
  readonly maximumTerm: number | null
  readonly order: LoanOrder
}

export const NOTHING: Wish = {
  isOpen: true,
  grades: [],
  purpose: null,
  minimumRate: null,
  maximumTerm: null,
  order: 'NEWEST',
}

export function useWish(): {
  wish: Wish
  filter: LoanFilter
  orderBy: LoanOrder
  key: string
  wishFor: (change: Partial<Wish>) => void
} {
  const { search } = usePlace()
  return useMemo(() => {
    const wish = read(new URLSearchParams(search))
    return {
      wish,
      filter: filterOf(wish),
      orderBy: wish.order,
      key: search,
      wishFor: (change) => go(`/${written({ ...wish, ...change })}`, { replace: true }),
    }
  }, [search])
}

function filterOf({ isOpen, grades, purpose, minimumRate, maximumTerm }: Wish): LoanFilter {
  return {
    ...(isOpen ? { status: ['LISTED'] } : {}),
    ...(grades.length ? { grades } : {}),
    ...(purpose ? { purposes: [purpose] } : {}),
    ...(minimumRate ? { minimumRate } : {}),
    ...(maximumTerm ? { maximumInstallments: maximumTerm } : {}),
  }
}

function read(given: URLSearchParams): Wish {
  return {
    isOpen: given.get('show') !== 'all',
    grades: GRADES.filter((grade) => given.getAll('grade').includes(grade)),
    purpose: PURPOSES.find((purpose) => purpose === given.get('purpose')) ?? null,
    minimumRate: RATES.find((rate) => rate === given.get('rate')) ?? null,
    maximumTerm: TERMS.find((term) => String(term) === given.get('term')) ?? null,
    order: ORDERS.find((order) => order === given.get('order')) ?? NOTHING.order,
  }
}

function written(wish: Wish): string {
  const said = new URLSearchParams()
  if (!wish.isOpen) said.set('show', 'all')
  for (const grade of wish.grades) said.append('grade', grade)
  if (wish.purpose) said.set('purpose', wish.purpose)
  if (wish.minimumRate) said.set('rate', wish.minimumRate)
  if (wish.maximumTerm) said.set('term', String(wish.maximumTerm))
  if (wish.order !== NOTHING.order) said.set('order', wish.order)
  const text = said.toString()
  return text ? `?${text}` : ''
}
