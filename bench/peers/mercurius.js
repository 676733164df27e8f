// mercurius with graphql-jit and loaders: the product's schema, the product's tables, the product's bytes.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import { buildSchema, GraphQLSchema } from 'graphql'
import mercurius from 'mercurius'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20 })
const instant = (column) => `replace((${column} at time zone 'UTC')::text, ' ', 'T')`
const LOAN = `l.id, l.reference, l.status, l.title, l.purpose, l.currency, coalesce(l.principal_minor, l.asked_minor) as minor,
  l.installment_count, l.frequency, l.method, l.annual_rate_ppm, l.grade, ${instant('l.submitted_at')} as submitted_at,
  ${instant('l.listed_at')} as listed_at`
const VISIBLE = 'l.listed_at is not null'

const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows
const money = (minor, currency) => {
  const digits = String(minor).padStart(3, '0')
  return { amount: `${digits.slice(0, -2)}.${digits.slice(-2)}`, currency }
}
const rate = (ppm) => (ppm === null ? null : (ppm / 1e6).toFixed(6))
// A cursor has an instant as Python writes it: no fraction, or six digits of it.
const exactly = (at) => `${at.replace(/\.\d+$/, (fraction) => fraction.padEnd(7, '0'))}+00:00`
const encode = (values) => Buffer.from(`[${values.map((value) => JSON.stringify(value)).join(',')}]`).toString('base64url')
const decode = (cursor) => JSON.parse(Buffer.from(cursor, 'base64url'))

function connection (found, first, make, key) {
  const edges = found.slice(0, first).map((row) => ({ cursor: encode(key(row)), node: make(row) }))
  return { edges, pageInfo: { hasNextPage: found.length > first, endCursor: edges.length ? edges.at(-1).cursor : null } }
}

const loan = (row) => ({
  uuid: row.id,
  id: `loan_${row.id}`,
  reference: row.reference,
  status: row.status,
  title: row.title,
  purpose: row.purpose,
  amount: money(row.minor, row.currency),
  installmentCount: row.installment_count,
  frequency: row.frequency,
  method: row.method,
  annualRate: rate(row.annual_rate_ppm),
  grade: row.grade,
  submittedAt: `${row.submitted_at}Z`
})
const bid = (row) => ({
  id: `bid_${row.id}`,
  lenderId: row.lender_id,
  amount: money(row.amount_minor, row.currency),
  placedAt: `${row.placed_at}Z`
})
const member = (row) => ({ id: `member_${row.id}`, pseudonym: row.pseudonym })

const resolvers = {
  Query: {
    async loan (_, { id }) {
      const found = await rows('loan', `select ${LOAN} from lending.loans l where l.id = $1 and ${VISIBLE}`, [id.slice(5)])
      return found.length ? loan(found[0]) : null
    },
    async loans (_, { first, after }) {
      const [behind, name] = after ? ['and (l.listed_at, l.id) < ($2, $3)', 'loans behind'] : ['', 'loans']
      const found = await rows(name, `select ${LOAN} from lending.loans l join marketplace.listings g on g.id = l.id
        where ${VISIBLE} ${behind} order by l.listed_at desc, l.id desc limit $1`, [first + 1, ...(after ? decode(after) : [])])
      return connection(found, first, loan, (row) => [exactly(row.listed_at), row.id])
    }
  }
}

const loaders = {
  Loan: {
    borrowers: {
      opts: { cache: false },
      async loader (queries) {
        const ids = queries.map(({ obj }) => obj.uuid)
        const byLoan = new Map(ids.map((id) => [id, []]))
        for (const row of await rows('borrowers', `select p.loan_id, u.id, u.pseudonym from lending.loan_parties p
          join identity.users u on u.id = p.user_id and u.email_verified_at is not null and cardinality(u.roles) > 0
          where p.loan_id = any($1) and p.role in ('BORROWER', 'CO_BORROWER') order by p.loan_id, p.role, p.id`, [ids])) {
          byLoan.get(row.loan_id).push(member(row))
        }
        return ids.map((id) => byLoan.get(id))
      }
    },
    bids: {
      opts: { cache: false },
      async loader (queries) {
        const first = queries[0].params.first
        const ids = queries.map(({ obj }) => obj.uuid)
        const byLoan = new Map(ids.map((id) => [id, []]))
        for (const row of await rows('bids', `select b.* from unnest($1::uuid[]) parent(id), lateral (
            select b.id, b.loan_id, b.lender_id, b.amount_minor, b.currency, ${instant('b.placed_at')} as placed_at
            from marketplace.bids b where b.loan_id = parent.id order by b.id desc limit $2) b`, [ids, first + 1])) {
          byLoan.get(row.loan_id).push(row)
        }
        return ids.map((id) => connection(byLoan.get(id), first, bid, (row) => [row.id]))
      }
    }
  },
  Bid: {
    lender: {
      opts: { cache: false },
      async loader (queries) {
        const ids = queries.map(({ obj }) => obj.lenderId)
        const found = await rows('lenders', `select id, pseudonym from identity.users
          where id = any($1) and email_verified_at is not null and cardinality(roles) > 0`, [[...new Set(ids)]])
        const byId = new Map(found.map((row) => [row.id, member(row)]))
        return ids.map((id) => byId.get(id) ?? null)
      }
    }
  }
}

// Types in the order in which they are met from the roots, as the product lists them.
const built = buildSchema(readFileSync(process.env.SCHEMA, 'utf8')).toConfig()
const schema = new GraphQLSchema({ ...built, types: [] })

const app = Fastify()
app.register(mercurius, { schema, resolvers, loaders, jit: 1 })
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) })
