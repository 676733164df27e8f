// PostGraphile 5: its planner (Grafast and @dataplan/pg) on the registry it makes of the product's tables, with plans
// for the product's schema, so that it answers the product's documents with the product's bytes.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { resolvePreset } from 'graphile-config'
import { TYPES } from 'postgraphile/@dataplan/pg'
import { makePgService } from 'postgraphile/adaptors/pg'
import { connection, each, lambda, makeGrafastSchema, object } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/node'
import { gather } from 'postgraphile/graphile-build'
import { sql } from 'postgraphile/pg-sql2'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'

const preset = resolvePreset({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({
    connectionString: process.env.DATABASE_URL,
    schemas: ['lending', 'identity', 'marketplace'],
    poolConfig: { max: 20 }
  })],
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false }
})
const { pgRegistry } = await gather(preset)
const { loans, loan_parties: parties, identity_users: users, marketplace_bids: bids } = pgRegistry.pgResources

const plainly = (steps, make) => lambda(steps, make, true)
const instant = ($row, column) => $row.select(
  sql`replace((${$row.getClassStep().alias}.${sql.identifier(column)} at time zone 'UTC')::text, ' ', 'T')`, TYPES.text
)
const column = (name) => ($row) => $row.get(name)
const identifier = (prefix) => ($row) => plainly($row.get('id'), (id) => `${prefix}_${id}`)
const decimal = (minor) => {
  const digits = String(minor).padStart(3, '0')
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`
}
const money = ($row, $minor) => object({ amount: plainly($minor, decimal), currency: $row.get('currency') })
// A cursor has an instant as Python writes it: no fraction, or six digits of it.
const exactly = (at) => `${at.replace(/\.\d+$/, (fraction) => fraction.padEnd(7, '0'))}+00:00`
const encode = (values) => Buffer.from(`[${values.map((value) => JSON.stringify(value)).join(',')}]`).toString('base64url')
const decode = (cursor) => JSON.parse(Buffer.from(cursor, 'base64url'))

// A page of rows behind a cursor of the product's: the values of the columns it is ordered by.
function page ($rows, args, columns, keys) {
  for (const [name, codec] of columns) $rows.orderBy({ attribute: name, codec, direction: 'DESC' })
  $rows.setOrderIsUnique()
  const names = sql.join(columns.map(([name]) => sql`${$rows.alias}.${sql.identifier(name)}`), ', ')
  $rows.apply(lambda(args.getRaw('after'), (after) => after && ((query) => {
    const values = decode(after).map((value, n) => sql`${sql.value(value)}::${columns[n][1].sqlType}`)
    query.where(sql`(${names}) < (${sql.join(values, ', ')})`)
  })))
  $rows.cursorForItem = ($item) => plainly(keys($rows.row($item)), encode)
  const $page = connection($rows)
  $page.setFirst(args.getRaw('first'))
  return $page
}

const visible = (member) => sql`${member}.email_verified_at is not null and cardinality(${member}.roles) > 0`

const objects = {
  Query: {
    plans: {
      loan (_, args) {
        const $loans = loans.find({ id: plainly(args.getRaw('id'), (id) => id.slice(5)) })
        $loans.where(sql`${$loans.alias}.listed_at is not null`)
        return $loans.single()
      },
      loans (_, args) {
        const $loans = loans.find()
        const listing = sql.identifier(Symbol('listing'))
        $loans.join({ type: 'inner', from: sql`marketplace.listings`, alias: listing, conditions: [sql`${listing}.id = ${$loans.alias}.id`] })
        $loans.where(sql`${$loans.alias}.listed_at is not null`)
        return page($loans, args, [['listed_at', TYPES.timestamptz], ['id', TYPES.uuid]], ($loan) => [
          plainly(instant($loan, 'listed_at'), exactly), $loan.get('id')
        ])
      }
    }
  },
  Loan: {
    plans: {
      id: identifier('loan'),
      amount: ($loan) => money($loan, plainly([$loan.get('principal_minor'), $loan.get('asked_minor')], ([lent, asked]) => lent ?? asked)),
      installmentCount: column('installment_count'),
      annualRate: ($loan) => plainly($loan.get('annual_rate_ppm'), (ppm) => ppm === null ? null : (ppm / 1e6).toFixed(6)),
      submittedAt: ($loan) => plainly(instant($loan, 'submitted_at'), (at) => `${at}Z`),
      borrowers ($loan) {
        const $parties = parties.find({ loan_id: $loan.get('id') })
        const member = sql.identifier(Symbol('member'))
        // Left, so that Grafast reads them within the loans' statement; the condition makes it an inner join.
        $parties.join({ type: 'left', from: sql`identity.users`, alias: member, conditions: [sql`${member}.id = ${$parties.alias}.user_id`] })
        $parties.where(sql`${$parties.alias}.role in ('BORROWER', 'CO_BORROWER') and ${visible(member)}`)
        for (const attribute of ['role', 'id']) $parties.orderBy({ attribute, direction: 'ASC' })
        $parties.setOrderIsUnique()
        return each($parties, ($party) => object({
          id: $party.select(sql`${member}.id`, TYPES.uuid),
          pseudonym: $party.select(sql`${member}.pseudonym`, TYPES.text)
        }))
      },
      bids ($loan, args) {
        return page(bids.find({ loan_id: $loan.get('id') }), args, [['id', TYPES.uuid]], ($bid) => [$bid.get('id')])
      }
    }
  },
  Bid: {
    plans: {
      id: identifier('bid'),
      amount: ($bid) => money($bid, $bid.get('amount_minor')),
      placedAt: ($bid) => plainly(instant($bid, 'placed_at'), (at) => `${at}Z`),
      lender ($bid) {
        const $members = users.find({ id: $bid.get('lender_id') })
        $members.where(visible($members.alias))
        return $members.single()
      }
    }
  },
  Member: { plans: { id: identifier('member') } }
}
const schema = makeGrafastSchema({ typeDefs: readFileSync(process.env.SCHEMA, 'utf8'), objects })

const server = createServer()
server.on('error', (error) => { throw error })
await grafserv({ schema, preset }).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
