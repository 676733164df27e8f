"""The GraphQL face of disclosure: the platform's figures, fees, results by grade, and a loan's statement of facts."""
