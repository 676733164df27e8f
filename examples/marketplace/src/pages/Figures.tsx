import { useQuery } from 'urql'

import { useBusiness } from '../business'
import { useFormat } from '../format'
import { FiguresDocument, type FigureCode, type FiguresQuery } from '../gql/graphql'
import { useLanguage, useTexts, type Texts } from '../i18n'
import { FigureText } from '../parts/FigureText'
import { GradeMark } from '../parts/Grade'
import { Failed, Loading } from '../parts/State'
import { useTitle } from '../parts/title'

type Group = keyof Texts['figures']['groups']
type Figure = FiguresQuery['disclosure']['figures'][number]

/** Under which heading a figure stands. */
const GROUP: Record<FigureCode, Group> = {
  VOLUME: 'size',
  LOANS: 'size',
  OUTSTANDING: 'size',
  LOANS_OUTSTANDING: 'size',
  PRINCIPAL_REPAID: 'size',
  LOANS_REPAID: 'size',
  INTEREST_RECEIVED: 'size',
  REGISTERED_USERS: 'people',
  LENDERS_EVER: 'people',
  BORROWERS_EVER: 'people',
  LENDERS_NOW: 'people',
  BORROWERS_NOW: 'people',
  TOP_TEN_OUTSTANDING: 'concentration',
  TOP_TEN_SHARE: 'concentration',
  LARGEST_OUTSTANDING: 'concentration',
  LARGEST_SHARE: 'concentration',
  OVERDUE: 'trouble',
  LOANS_OVERDUE: 'trouble',
  OVERDUE_RATE: 'trouble',
  LOANS_OVERDUE_RATE: 'trouble',
  OVERDUE_90: 'trouble',
  LOANS_OVERDUE_90: 'trouble',
  DEFAULTED: 'trouble',
  LOANS_DEFAULTED: 'trouble',
  WRITTEN_OFF: 'trouble',
  LOANS_WRITTEN_OFF: 'trouble',
}
const GROUPS = ['size', 'people', 'concentration', 'trouble'] as const satisfies readonly Group[]

export function FiguresPage() {
  const texts = useTexts()
  const format = useFormat()
  const { locale } = useLanguage()
  const { timeZone } = useBusiness()
  useTitle(texts.figures.title)
  const [{ data, error }, again] = useQuery({
    query: FiguresDocument,
    variables: { locale },
    requestPolicy: 'cache-and-network',
  })
  return (
    <div className="page">
      <h1>{texts.figures.title}</h1>
      <p className="lead">{texts.figures.intro}</p>
      {error && !data ? (
        <Failed error={error} again={() => again({ requestPolicy: 'network-only' })} />
      ) : !data ? (
        <Loading lines={8} />
      ) : (
        <>
          <p className="muted">
            {texts.figures.asOf(format.instant(data.disclosure.asOf, timeZone))} · {data.platform.profile.name}
          </p>
          {GROUPS.map((group) => (
            <section key={group} className="card" aria-labelledby={`group-${group}`}>
              <h2 id={`group-${group}`}>{texts.figures.groups[group]}</h2>
              <div className="figures">
                {data.disclosure.figures
                  .filter((figure) => GROUP[figure.code] === group)
                  .map((figure) => (
                    <FigureRow key={figure.code} figure={figure} />
                  ))}
              </div>
            </section>
          ))}
          <Grades results={data.platform.gradeResults} />
          <Fees products={data.platform.fees} />
        </>
      )}
    </div>
  )
}

function FigureRow({ figure }: { figure: Figure }) {
  const texts = useTexts()
  const format = useFormat()
  return (
    <details className="figure">
      <summary>
        <span>{figure.label}</span>
        <b>
          <FigureText value={figure.value} money={format.money} />
        </b>
      </summary>
      <p>{figure.definition}</p>
      <p className="muted small">
        {texts.figures.source}: {figure.legalSource}
      </p>
    </details>
  )
}

function Grades({ results }: { results: FiguresQuery['platform']['gradeResults'] }) {
  const texts = useTexts()
  const format = useFormat()
  return (
    <section className="card" aria-labelledby="grades-title">
      <h2 id="grades-title">{texts.figures.grades}</h2>
      <p className="muted">{texts.figures.gradesHint}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.market.grade}</th>
            <th scope="col" className="right wide-only">
              {texts.figures.loans}
            </th>
            <th scope="col" className="right">
              {texts.figures.volume}
            </th>
            <th scope="col" className="right">
              {texts.figures.promised}
            </th>
            <th scope="col" className="right">
              {texts.figures.earned}
            </th>
            <th scope="col" className="right wide-only">
              {texts.figures.expectedLoss}
            </th>
            <th scope="col" className="right wide-only">
              {texts.figures.lost}
            </th>
          </tr>
        </thead>
        <tbody>
          {results.map((result) => (
            <tr key={result.grade}>
              <td>
                <GradeMark grade={result.grade} />
              </td>
              <td className="right wide-only">{format.count(result.loans)}</td>
              <td className="right">{format.moneyShort(result.volume)}</td>
              <td className="right">{format.rate(result.promisedRate)}</td>
              <td className="right">
                <b>{result.earnedRate ? format.rate(result.earnedRate) : texts.figures.none}</b>
              </td>
              <td className="right wide-only">{format.rate(result.expectedLossRate)}</td>
              <td className="right wide-only">{format.moneyShort(result.lost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Fees({ products }: { products: FiguresQuery['platform']['fees'] }) {
  const texts = useTexts()
  const format = useFormat()
  return (
    <section className="card" aria-labelledby="fees-title">
      <h2 id="fees-title">{texts.figures.fees}</h2>
      {products.map(({ product, fees }) => (
        <div key={product.id}>
          <h3>{product.name}</h3>
          <ul className="fees">
            {fees.map((fee) => (
              <li key={fee.code}>
                <b>{fee.rate ? format.rate(fee.rate) : fee.amount ? format.money(fee.amount) : texts.figures.none}</b>
                <span>{fee.formula}</span>
                <span className="muted small">{texts.figures.payer[fee.payer]}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
