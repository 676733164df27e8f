import type { Grade } from '../gql/graphql'
import { useTexts } from '../i18n'

/** A class of risk, as a letter in its colour. */
export function GradeMark({ grade }: { grade: Grade }) {
  const texts = useTexts()
  return (
    <span className={`grade grade-${grade}`}>
      <span className="unseen">{texts.loan.grade(grade)}</span>
      <span aria-hidden="true">{grade}</span>
    </span>
  )
}
