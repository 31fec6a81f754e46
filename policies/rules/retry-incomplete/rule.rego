package matchmark.rules.retry_incomplete

deny contains finding if {
	some op in input.operations
	some answer in op.retry
	answer.class == "unknown"
	finding := {
		"subject": op.schema,
		"pointer": answer.pointer,
		"kind": answer.code,
		"args": {"operation": op.id, "lacking": "puts this code in no class", "code": answer.code},
	}
}

deny contains finding if {
	some op in input.operations
	some answer in op.retry
	answer.class != "unknown"
	answer.class != answer.class_expected
	finding := {
		"subject": op.schema,
		"pointer": answer.pointer,
		"kind": answer.code,
		"args": {"operation": op.id, "lacking": "puts this code in another class than the table does", "code": answer.code},
	}
}

deny contains finding if {
	some op in input.operations
	some answer in op.retry
	answer.class == answer.class_expected
	some limit in answer.missing
	finding := {
		"subject": op.schema,
		"pointer": answer.pointer,
		"kind": limit,
		"args": {"operation": op.id, "lacking": "may be called again without this limit", "code": limit},
	}
}
