"""The workshop: what the test suite and the benchmarks need of a machine, found or brought."""
