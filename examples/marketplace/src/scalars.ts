/** An exact decimal number, as the API writes `Decimal` and `Rate`. It is never turned into a float for arithmetic. */
export type DecimalString = `${number}`
