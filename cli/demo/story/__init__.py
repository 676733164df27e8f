"""The story in acts: joining, lending, borrowing, operating, and the year that follows."""
