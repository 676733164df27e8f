import { useEffect, useState, type ReactNode } from 'react'

import { useFormat } from '../format'
import type { Grade } from '../gql/graphql'
import { useTexts } from '../i18n'
import { GRADES, NOTHING, ORDERS, PURPOSES, RATES, TERMS, useWish } from './wish'

const WIDE = matchMedia('(min-width: 60rem)')

/** What to look for: beside the list where there is room, folded above it where there is not. */
export function Filters() {
  const texts = useTexts()
  const format = useFormat()
  const { wish, wishFor } = useWish()
  const [isOpen, setOpen] = useState(WIDE.matches)
  useEffect(() => {
    const follow = () => setOpen(WIDE.matches)
    WIDE.addEventListener('change', follow)
    return () => WIDE.removeEventListener('change', follow)
  }, [])
  const toggle = (grade: Grade) =>
    wishFor({
      grades: wish.grades.includes(grade) ? wish.grades.filter((one) => one !== grade) : [...wish.grades, grade],
    })
  return (
    <details className="filters" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{texts.market.filters}</summary>
      <form onSubmit={(event) => event.preventDefault()}>
        <fieldset>
          <legend>{texts.market.show}</legend>
          <div className="segments">
            {[true, false].map((open) => (
              <label key={String(open)}>
                <input
                  type="radio"
                  name="show"
                  checked={wish.isOpen === open}
                  onChange={() => wishFor({ isOpen: open })}
                />
                <span>{open ? texts.market.open : texts.market.all}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <fieldset>
          <legend>{texts.market.grade}</legend>
          <div className="grades">
            {GRADES.map((grade) => (
              <label key={grade} className={`grade grade-${grade}`}>
                <input type="checkbox" checked={wish.grades.includes(grade)} onChange={() => toggle(grade)} />
                <span aria-hidden="true">{grade}</span>
                <span className="unseen">{texts.loan.grade(grade)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Choice
          label={texts.market.purpose}
          chosen={wish.purpose ?? ''}
          choose={(chosen) => wishFor({ purpose: PURPOSES.find((one) => one === chosen) ?? null })}
        >
          <option value="">{texts.market.anyPurpose}</option>
          {PURPOSES.map((purpose) => (
            <option key={purpose} value={purpose}>
              {texts.purposes[purpose]}
            </option>
          ))}
        </Choice>
        <Choice
          label={texts.market.minimumRate}
          chosen={wish.minimumRate ?? ''}
          choose={(chosen) => wishFor({ minimumRate: RATES.find((one) => one === chosen) ?? null })}
        >
          <option value="">{texts.market.anyRate}</option>
          {RATES.map((rate) => (
            <option key={rate} value={rate}>
              {format.rate(rate)}
            </option>
          ))}
        </Choice>
        <Choice
          label={texts.market.term}
          chosen={wish.maximumTerm ?? ''}
          choose={(chosen) => wishFor({ maximumTerm: TERMS.find((one) => String(one) === chosen) ?? null })}
        >
          <option value="">{texts.market.anyTerm}</option>
          {TERMS.map((term) => (
            <option key={term} value={term}>
              {format.term(term, 'MONTHLY')}
            </option>
          ))}
        </Choice>
        <Choice
          label={texts.market.order}
          chosen={wish.order}
          choose={(chosen) => wishFor({ order: ORDERS.find((one) => one === chosen) ?? NOTHING.order })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {texts.order[order]}
            </option>
          ))}
        </Choice>
        <button type="button" className="button quiet" onClick={() => wishFor(NOTHING)}>
          {texts.market.reset}
        </button>
      </form>
    </details>
  )
}

function Choice({
  label,
  chosen,
  choose,
  children,
}: {
  label: string
  chosen: string | number
  choose: (chosen: string) => void
  children: ReactNode
}) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={chosen} onChange={(event) => choose(event.target.value)}>
        {children}
      </select>
    </label>
  )
}
