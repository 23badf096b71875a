"""The papers of a plan: one view in, Word and PDF out."""
