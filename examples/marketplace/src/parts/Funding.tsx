import { useRef, type ReactNode } from 'react'

import { useFormat } from '../format'
import type { FundingPartsFragment } from '../gql/graphql'
import { useTexts } from '../i18n'
import { percentOf } from '../money'

/** The latest state of a loan's funding that was seen: an answer that was long on its way never takes a bar back. */
export function useLatest(funding: FundingPartsFragment): FundingPartsFragment {
  const seen = useRef(funding)
  if (funding.sequence >= seen.current.sequence) seen.current = funding
  return seen.current
}

/** How far a loan is filled. */
export function FundingBar({
  funding: given,
  label,
  children,
}: {
  funding: FundingPartsFragment
  label: string
  children?: ReactNode
}) {
  const texts = useTexts()
  const format = useFormat()
  const funding = useLatest(given)
  const percent = percentOf(funding.committed, funding.target)
  const isOpen = funding.status === 'OPEN'
  return (
    <div className="funding">
      <div
        className={`bar${isOpen ? '' : ' full'}`}
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(percent)}
      >
        <div className="bar-filled" style={{ inlineSize: `${percent}%` }} />
      </div>
      <div className="funding-words">
        {children ?? (
          <span>{isOpen ? texts.loan.funded(format.percent(percent)) : texts.fundingStatus[funding.status]}</span>
        )}
        {isOpen && <span>{texts.loan.left(format.moneyShort(funding.remaining))}</span>}
      </div>
    </div>
  )
}
