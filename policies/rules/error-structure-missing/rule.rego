package matchmark.rules.error_structure_missing

deny contains finding if {
	some op in input.operations
	count(op.error_schemas) == 0
	finding := {
		"subject": op.schema,
		"pointer": op.pointer,
		"kind": "undeclared",
		"args": {"what": "the operation", "lacking": "does not say by which schema it refuses"},
	}
}

deny contains finding if {
	some op in input.operations
	some refusal in op.error_schemas
	refusal.bound == false
	finding := {
		"subject": refusal.schema,
		"pointer": refusal.anchor,
		"kind": "unbound",
		"args": {"what": "the code", "lacking": "is not bound to a list"},
	}
}
