// graphql-ws on ws: the product's schema, table, bell and bytes. The state is read once for a ring, whoever watches.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import pg from 'pg'
import { createClient } from 'redis'
import { WebSocketServer } from 'ws'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const LOAN = `select l.id, l.status, l.currency, g.sequence, g.status as funding_status, g.committed_minor, g.lender_count,
  case when g.status = 'OPEN' then g.target_minor - g.committed_minor else 0 end as remaining_minor
  from lending.loans l left join marketplace.listings g on g.id = l.id where l.id = any($1) and l.listed_at is not null`

const money = (minor, currency) => {
  const digits = String(minor).padStart(3, '0')
  return { amount: `${digits.slice(0, -2)}.${digits.slice(-2)}`, currency }
}
const loan = (row) => ({
  id: `loan_${row.id}`,
  status: row.status,
  funding: {
    sequence: row.sequence,
    status: row.funding_status,
    committed: money(row.committed_minor, row.currency),
    remaining: money(row.remaining_minor, row.currency),
    lenders: row.lender_count
  }
})
const read = async (ids, cause) => {
  const { rows } = await pool.query({ name: 'loan', text: LOAN, values: [ids] })
  return rows.map((row) => ({ loanFunding: { cause, loan: loan(row) } }))
}

// Who watches a loan: each has a queue, and is woken when something comes.
const watchers = new Map()
class Watcher {
  queue = []
  wake = null
  push (events) {
    this.queue.push(...events)
    this.wake?.()
  }

  async * events (ids) {
    for (const id of ids) watchers.set(id, (watchers.get(id) ?? new Set()).add(this))
    try {
      yield * await read(ids, 'PRESENT')
      while (true) {
        while (this.queue.length) yield this.queue.shift()
        await new Promise((resolve) => { this.wake = resolve })
      }
    } finally {
      for (const id of ids) watchers.get(id).delete(this)
    }
  }
}

const url = process.env.REDIS_URL
const bell = createClient(url.startsWith('unix://') ? { socket: { path: new URL(url).pathname } } : { url })
await bell.connect()
await bell.subscribe('kalends:bell', async (message) => {
  for (const id of JSON.parse(message).loans) {
    if (!watchers.has(id)) continue
    const events = await read([id], 'BID_PLACED')
    for (const watcher of watchers.get(id)) watcher.push(events)
  }
})

const schema = buildSchema(readFileSync(process.env.SCHEMA, 'utf8'))
schema.getSubscriptionType().getFields().loanFunding.subscribe = (_, { loanIds }) =>
  new Watcher().events(loanIds.map((id) => id.slice('loan_'.length)))
const server = createServer((_, response) => response.end('{}'))
useServer({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }))
server.listen(Number(process.env.PORT), '127.0.0.1', 8192)
