import { useEffect, useRef, type ReactNode } from 'react'

import { BusinessProvider, useBusiness } from './business'
import { useFormat } from './format'
import { LANGUAGES, useLanguage, useTexts, type Language } from './i18n'
import { FiguresPage } from './pages/Figures'
import { LoanPage } from './pages/Loan'
import { MarketPage } from './pages/Market'
import { MissingPage } from './pages/Missing'
import { PortfolioPage } from './pages/Portfolio'
import { SignInPage } from './pages/SignIn'
import { Icon } from './parts/Icon'
import { Link, usePlace } from './router'
import { logOut, useSession } from './session'

export function App() {
  const texts = useTexts()
  return (
    <BusinessProvider>
      <a className="skip" href="#content">
        {texts.skip}
      </a>
      <Header />
      <Content />
      <Footer />
    </BusinessProvider>
  )
}

function Content() {
  const place = usePlace()
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    // A reader who cannot see the page change hears the new page's beginning.
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
  }, [place.pathname])
  return (
    <main id="content" ref={main} tabIndex={-1}>
      {page(place)}
    </main>
  )
}

function page(place: URL): ReactNode {
  const [first = '', second] = place.pathname.split('/').filter(Boolean)
  if (second === undefined) {
    if (first === '') return <MarketPage />
    if (first === 'portfolio') return <PortfolioPage />
    if (first === 'figures') return <FiguresPage />
    if (first === 'sign-in') return <SignInPage next={place.searchParams.get('next') ?? '/'} />
  } else if (first === 'loans') return <LoanPage key={second} id={second} />
  return <MissingPage />
}

function Header() {
  const texts = useTexts()
  const { pathname } = usePlace()
  const pages = [
    { to: '/', icon: 'loans', name: texts.nav.market, isHere: pathname === '/' || pathname.startsWith('/loans/') },
    { to: '/portfolio', icon: 'portfolio', name: texts.nav.portfolio, isHere: pathname === '/portfolio' },
    { to: '/figures', icon: 'figures', name: texts.nav.figures, isHere: pathname === '/figures' },
  ] as const
  return (
    <header className="header">
      <div className="header-inner">
        <Link className="brand" to="/" aria-label={`${texts.brand}: ${texts.tagline}`}>
          <Icon name="brand" />
          <span>{texts.brand}</span>
        </Link>
        <nav className="nav" aria-label={texts.nav.label}>
          {pages.map(({ to, icon, name, isHere }) => (
            <Link key={to} to={to} aria-current={isHere ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
            </Link>
          ))}
        </nav>
        <div className="header-end">
          <LanguageSwitch />
          <Account />
        </div>
      </div>
    </header>
  )
}

function LanguageSwitch() {
  const { language, speak } = useLanguage()
  const other = (Object.keys(LANGUAGES) as Language[]).find((one) => one !== language) ?? 'en'
  return (
    <button
      type="button"
      className="button quiet"
      lang={other === 'zh' ? 'zh-Hans' : other}
      onClick={() => speak(other)}
    >
      {LANGUAGES[other].texts.language}
    </button>
  )
}

function Account() {
  const texts = useTexts()
  const session = useSession()
  const place = usePlace()
  if (session)
    return (
      <button
        type="button"
        className="button quiet"
        title={texts.account.signedInAs(session.email)}
        onClick={() => void logOut()}
      >
        {texts.account.signOut}
      </button>
    )
  if (place.pathname === '/sign-in') return null
  return (
    <Link className="button primary" to={`/sign-in?next=${encodeURIComponent(place.pathname + place.search)}`}>
      {texts.account.signIn}
    </Link>
  )
}

function Footer() {
  const texts = useTexts()
  const format = useFormat()
  const { platform } = useBusiness()
  if (!platform) return null
  const day = format.day(platform.today)
  return (
    <footer className="footer">
      <p>{platform.sandbox ? texts.footer.sandbox(day) : texts.footer.production(day)}</p>
      {platform.sandbox?.status === 'WALKING' && <p>{texts.footer.walking}</p>}
      <p>{texts.footer.about}</p>
    </footer>
  )
}
