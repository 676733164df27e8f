import { useFormat } from '../format'
import { useTexts } from '../i18n'
import { forTyping, type Money } from '../money'
import { remedies, said, type Refusal, type Remedy, type Terms } from '../refusals'
import { go } from '../router'
import { logOut } from '../session'
import { Icon } from './Icon'

interface Props {
  readonly refusals: readonly Refusal[]
  readonly wanted: Money
  readonly terms: Terms
  readonly choose: (text: string) => void
  readonly reload: () => void
}

/** Why a bid is not possible, and what would be. */
export function Refusals({ refusals, wanted, terms, choose, reload }: Props) {
  const texts = useTexts()
  const format = useFormat()
  return (
    <section className="notice warn" aria-label={texts.refusal.title}>
      <ul className="refusals">
        {refusals.map((refusal) => (
          <li key={refusal.__typename}>
            <Icon name="warning" />
            <div>
              <p>{said(refusal, texts, format)}</p>
              <div className="suggestions">
                {remedies(refusal, wanted, terms).map((remedy) => (
                  <RemedyPart key={remedy.kind} remedy={remedy} choose={choose} reload={reload} />
                ))}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function RemedyPart({ remedy, choose, reload }: { remedy: Remedy } & Pick<Props, 'choose' | 'reload'>) {
  const texts = useTexts()
  const format = useFormat()
  const button = (name: string, act: () => void) => (
    <button type="button" className="button small" onClick={act}>
      {name}
    </button>
  )
  switch (remedy.kind) {
    case 'bid':
      return button(texts.remedy.bid(format.moneyShort(remedy.amount)), () => choose(forTyping(remedy.amount)))
    case 'deposit':
      return <p className="small">{texts.remedy.deposit}</p>
    case 'otherLoans':
      return button(texts.remedy.otherLoans, () => go('/'))
    case 'otherAccount':
      return button(texts.remedy.otherAccount, () => {
        const next = encodeURIComponent(location.pathname)
        void logOut()
        go(`/sign-in?next=${next}`)
      })
    case 'reload':
      return button(texts.remedy.reload, reload)
  }
}
