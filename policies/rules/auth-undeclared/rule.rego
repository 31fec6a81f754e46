package matchmark.rules.auth_undeclared

deny contains finding if {
	some op in input.operations
	op.auth.scheme == "unknown"
	finding := {
		"subject": op.schema,
		"pointer": op.auth.pointer,
		"kind": "scheme",
		"args": {"operation": op.id, "lacking": "authentication scheme"},
	}
}

deny contains finding if {
	some op in input.operations
	count(op.auth.scopes) == 0
	finding := {
		"subject": op.schema,
		"pointer": op.auth.pointer,
		"kind": "scope",
		"args": {"operation": op.id, "lacking": "scope"},
	}
}
