import assert from 'node:assert/strict'
import { test } from 'node:test'

import { atMost, forTyping, inLots, minor, ofMinor, percentOf, sum, typed, type Money } from './money.ts'
import type { DecimalString } from './scalars.ts'

const yuan = (amount: string): Money => ({ amount: amount as DecimalString, currency: 'CNY' })

test('amounts are exact, also where floats are not', () => {
  assert.equal(minor(yuan('90071992547409.93')), 9007199254740993n)
  assert.deepEqual(ofMinor(9007199254740993n, 'CNY'), yuan('90071992547409.93'))
  assert.deepEqual(sum([yuan('0.10'), yuan('0.20'), yuan('-0.31')], 'CNY'), yuan('-0.01'))
  assert.deepEqual(ofMinor(5n, 'CNY'), yuan('0.05'))
  assert.deepEqual(ofMinor(-500n, 'JPY'), { amount: '-500', currency: 'JPY' })
  assert.equal(minor({ amount: '500', currency: 'JPY' }), 500n)
})

test('what people type is an amount, or it is not', () => {
  for (const [text, amount] of [
    ['500', '500.00'],
    [' 1,200.5 ', '1200.50'],
    ['１２００', '1200.00'],
    ['0.01', '0.01'],
  ] as const)
    assert.deepEqual(typed(text, 'CNY'), yuan(amount))
  for (const text of ['', 'abc', '-5', '1e3', '5.001', '12345678901234', '.']) assert.equal(typed(text, 'CNY'), null)
  assert.equal(typed('5.5', 'JPY'), null)
  assert.equal(forTyping(yuan('1200.00')), '1200')
  assert.equal(forTyping(yuan('1200.50')), '1200.50')
})

test('lots are rounded down, and parts are drawn', () => {
  assert.deepEqual(inLots(yuan('299.99'), yuan('100.00')), yuan('200.00'))
  assert.deepEqual(atMost(yuan('300.00'), yuan('250.00')), yuan('250.00'))
  assert.equal(percentOf(yuan('1000.00'), yuan('3000.00')), 33.33)
  assert.equal(percentOf(yuan('0.00'), yuan('0.00')), 0)
})
