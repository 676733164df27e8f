import { useFormat } from '../format'
import { useTexts } from '../i18n'
import type { ShownLoan } from '../pages/Loan'
import { Icon } from './Icon'

/** What is due when. */
export function Schedule({ loan: { schedule, disbursedOn } }: { loan: ShownLoan }) {
  const texts = useTexts()
  const format = useFormat()
  if (schedule.length === 0) return null
  return (
    <details className="card">
      <summary>
        <h2>{texts.loan.schedule}</h2>
      </summary>
      <p className="muted">{disbursedOn ? texts.loan.scheduleStored : texts.loan.scheduleIndicative}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.loan.number}</th>
            <th scope="col">{texts.loan.dueOn}</th>
            <th scope="col" className="right">
              {texts.loan.principal}
            </th>
            <th scope="col" className="right">
              {texts.loan.interest}
            </th>
            <th scope="col" className="right wide-only">
              {texts.loan.balance}
            </th>
          </tr>
        </thead>
        <tbody>
          {schedule.map((installment) => (
            <tr key={installment.number} className={installment.settledOn ? 'done' : undefined}>
              <td>{installment.number}</td>
              <td>
                {format.day(installment.dueOn)}
                {installment.settledOn && (
                  <>
                    {' '}
                    <Icon name="check" />
                    <span className="unseen">{texts.loan.paid}</span>
                  </>
                )}
              </td>
              <td className="right">{format.money(installment.principal)}</td>
              <td className="right">{format.money(installment.interest)}</td>
              <td className="right wide-only">{format.money(installment.balanceAfter)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
