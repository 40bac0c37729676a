"""What Tests/Conformance/fields.py is made of: the references, the ledger of fields, and the checks by subject."""
