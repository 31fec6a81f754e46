package matchmark.rules.criticality_missing

deny contains finding if {
	some op in input.operations
	some promise in op.criticality.missing
	finding := {
		"subject": op.schema,
		"pointer": op.criticality.pointer,
		"kind": promise,
		"args": {"operation": op.id, "promise": promise},
	}
}
