import { useFormat } from '../format'
import { useTexts } from '../i18n'
import type { ShownLoan } from '../pages/Loan'
import { Facts } from './Facts'

/** The loan's statement of facts: what lenders must know before they lend. */
export function Statement({ loan }: { loan: ShownLoan }) {
  const texts = useTexts()
  const format = useFormat()
  const told = loan.disclosure
  if (!told) return null
  const { profile, record } = told
  const [borrower] = loan.borrowers
  const answer = (yes: boolean) => (yes ? texts.loan.yes : texts.loan.no)
  return (
    <>
      <section className="card">
        <h2>{texts.loan.facts}</h2>
        <Facts
          facts={[
            [texts.loan.borrower, `${texts.partyKind[told.borrowerType]}${borrower ? `, ${borrower.pseudonym}` : ''}`],
            [texts.loan.employment, texts.employment[profile.employmentSince]],
            [texts.loan.job, texts.jobs[profile.job]],
            [texts.loan.burden, texts.loan.burdenPercent(format.count(Math.min(profile.installmentRatePercent, 4)))],
            [texts.loan.history, texts.creditHistory[profile.creditHistory]],
            [texts.loan.credits, format.count(profile.existingCredits)],
            [texts.loan.savings, texts.savings[profile.savings]],
            [texts.loan.property, texts.property[profile.property]],
            [texts.loan.housing, texts.housing[profile.housing]],
            [texts.loan.repaidFrom, texts.incomeSource[told.repaymentSource]],
            [texts.loan.directDebit, answer(told.directDebit)],
            [texts.loan.guarantors, format.count(told.guarantors)],
            [texts.loan.coBorrowers, format.count(told.coBorrowers)],
          ]}
        />
        <h3>{texts.loan.record}</h3>
        <Facts
          facts={[
            [texts.loan.otherLoans, format.count(record.otherLoans)],
            [texts.loan.owed, format.money(record.owed)],
            [texts.loan.late, format.count(record.lateInstallments)],
            ...(borrower ? [[texts.loan.borrower, texts.loan.since(format.day(borrower.since))] as const] : []),
          ]}
        />
      </section>
      <section className="card">
        <h2>{texts.loan.risks}</h2>
        <ul className="risks">
          {told.risks.map((risk) => (
            <li key={risk}>{risk}</li>
          ))}
        </ul>
        <h3>{texts.loan.formula}</h3>
        <Facts
          facts={[
            [texts.loan.method, texts.method[loan.method]],
            [texts.loan.effectiveRate, loan.effectiveAnnualRate ? format.rate(loan.effectiveAnnualRate) : '–'],
            [texts.loan.lateRate, loan.lateRate ? format.rate(loan.lateRate) : '–'],
          ]}
        />
        <p className="muted">{told.formula}</p>
      </section>
    </>
  )
}
