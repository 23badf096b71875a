"""Splitting a community into parts: atoms, rules, plans, scores, search and proofs."""
