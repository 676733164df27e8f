"""What others' suites and clients say of the running product."""
