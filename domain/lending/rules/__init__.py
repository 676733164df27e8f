"""The rules of lending: pure functions on integers and dates, without I/O."""
