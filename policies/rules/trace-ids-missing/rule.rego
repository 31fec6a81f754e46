package matchmark.rules.trace_ids_missing

deny contains finding if {
	some op in input.operations
	some header in input.params.headers
	not header in op.headers
	finding := {
		"subject": op.schema,
		"pointer": op.pointer,
		"kind": header,
		"args": {"operation": op.id, "header": header},
	}
}
