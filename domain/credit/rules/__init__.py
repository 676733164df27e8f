"""Pure rules of credit: facts, scorecard, pricing, decision."""
