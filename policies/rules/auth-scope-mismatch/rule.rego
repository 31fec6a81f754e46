package matchmark.rules.auth_scope_mismatch

deny contains finding if {
	some op in input.operations
	some scope in op.auth.scopes
	scope.text != op.auth.scope_expected
	finding := {
		"subject": op.schema,
		"pointer": scope.pointer,
		"kind": "scope",
		"args": {"declared": scope.text, "expected": op.auth.scope_expected},
	}
}
