"""The embedded world: its pictures, its text, its model and the proofs that they fit."""
