import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Money } from './money.ts'
import { remedies, type Refusal, type Terms } from './refusals.ts'
import type { DecimalString } from './scalars.ts'

const yuan = (amount: string): Money => ({ amount: amount as DecimalString, currency: 'CNY' })
const TERMS: Terms = { remaining: yuan('950.00'), minimumBid: yuan('100.00'), lot: yuan('100.00') }
const told = { message: '', code: '', path: [] }

function bids(refusal: Refusal, wanted: string, terms = TERMS): string[] {
  return remedies(refusal, yuan(wanted), terms).map((remedy) =>
    remedy.kind === 'bid' ? remedy.amount.amount : remedy.kind,
  )
}

test("a remedy is a bid that the loan's terms allow", () => {
  assert.deepEqual(bids({ __typename: 'BidNotInLots', ...told, lot: yuan('100.00') }, '250.00'), ['200.00'])
  assert.deepEqual(bids({ __typename: 'BidNotInLots', ...told, lot: yuan('100.00') }, '50.00'), ['100.00'])
  assert.deepEqual(bids({ __typename: 'BidBelowMinimum', ...told, minimum: yuan('100.00') }, '50.00'), ['100.00'])
  assert.deepEqual(bids({ __typename: 'RemainingTooSmall', ...told, remaining: yuan('950.00') }, '1000.00'), ['950.00'])
})

test('who has too little bids what there is, in lots, or deposits', () => {
  const refusal = (available: string): Refusal => ({
    __typename: 'InsufficientFunds',
    ...told,
    available: yuan(available),
    needed: yuan('900.00'),
  })
  assert.deepEqual(bids(refusal('430.10'), '900.00'), ['400.00', 'deposit'])
  assert.deepEqual(bids(refusal('99.00'), '900.00'), ['deposit'])
  assert.deepEqual(bids(refusal('99.00'), '900.00', { ...TERMS, remaining: yuan('40.00') }), ['deposit'])
})
