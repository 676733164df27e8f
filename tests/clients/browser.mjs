// A Chromium whose pages a test drives. A line asks for a call on a page, or on what a selector finds there, and a line
// answers with its value or its failure. What went wrong in a page meanwhile is kept until the test asks for it.
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const { executablePath, timeout } = JSON.parse(process.argv[2])
const browser = await chromium.launch({
  executablePath,
  // Without these Chromium asks its maker for updates, which is no business of a test.
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
})
const pages = new Map()
const FUNCTION = /^\s*(async\s*)?\([^()]*\)\s*=>/

async function open({ baseURL, width, height, phone, locale }) {
  const context = await browser.newContext({
    baseURL, locale, viewport: { width, height }, deviceScaleFactor: phone ? 2 : 1, isMobile: phone, hasTouch: phone,
  })
  context.setDefaultTimeout(timeout)
  const page = await context.newPage()
  const kept = { page, problems: [] }
  const problem = (kind, text) => kept.problems.push(`${kind}: ${text}`)
  const hear = (message) => message.type() === 'error' && problem('console', message.text())
  page.on('console', hear)
  page.on('worker', (worker) => worker.on('console', hear))
  page.on('pageerror', (error) => problem('error', error.stack ?? error.message))
  page.on('response', (answer) => answer.status() >= 400 && problem('answer', `${answer.status()} ${answer.url()}`))
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText
    // The page itself, or its going away, gives a request up with ERR_ABORTED.
    if (reason !== 'net::ERR_ABORTED') problem('network', `${reason} ${request.url()}`)
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (/^(http|ws)/.test(url.protocol) && url.host !== new URL(baseURL).host) problem('elsewhere', url.href)
  })
  const id = `page-${pages.size + 1}`
  pages.set(id, kept)
  return id
}

const answers = {
  open,
  problems: async ({ page }) => pages.get(page).problems.splice(0),
  close: ({ page }) => pages.get(page).page.context().close(),
  call,
}

async function call({ page, selector, name, args }) {
  const owner = pages.get(page).page
  const target = selector === null ? owner : owner.locator(selector)
  const [method, member] = name.split('.').reverse()
  // Playwright calls a function in the page, and takes a text for an expression.
  if (method === 'evaluate' && FUNCTION.test(args[0])) args[0] = (0, eval)(args[0])
  const value = await (member ? target[member] : target)[method](...args)
  // Playwright's own objects stay here.
  return name === 'evaluate' || Array.isArray(value) || Object(value) !== value ? value : undefined
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ask, ...what } = JSON.parse(line)
  const answer = (result) => process.stdout.write(`${JSON.stringify({ id, ...result })}\n`)
  answers[ask](what).then((value) => answer({ value }), (error) => answer({ failure: error.message }))
}
await browser.close()
