// What relay-compiler reads: a connection to page through, and a fragment that is fetched again by its node's id.
graphql`
  query programLoansQuery($count: Int!, $cursor: String) {
    ...program_loans @arguments(count: $count, cursor: $cursor)
  }
`
graphql`
  fragment program_loans on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "programLoansPaginationQuery") {
    loans(first: $count, after: $cursor) @connection(key: "program_loans") {
      edges { node { ...program_loan } }
    }
  }
`
graphql`
  fragment program_loan on Loan @refetchable(queryName: "programLoanRefetchQuery") {
    title
    amount { amount currency }
    bids(first: 3) { edges { node { lender { pseudonym } } } }
  }
`
