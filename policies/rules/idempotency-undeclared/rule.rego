package matchmark.rules.idempotency_undeclared

deny contains finding if {
	some op in input.operations
	op.idempotency.key == "unknown"
	finding := {
		"subject": op.schema,
		"pointer": op.idempotency.pointer,
		"kind": "key",
		"args": {"operation": op.id, "lacking": "names no header that carries the key"},
	}
}

deny contains finding if {
	some op in input.operations
	op.idempotency.retention_hours < input.params.hours
	finding := {
		"subject": op.schema,
		"pointer": op.idempotency.pointer,
		"kind": "window",
		"args": {"operation": op.id, "lacking": "keeps its first answer for too short a time, or does not say how long"},
	}
}

deny contains finding if {
	some op in input.operations
	op.idempotency.conflict == "unknown"
	finding := {
		"subject": op.schema,
		"pointer": op.idempotency.pointer,
		"kind": "conflict",
		"args": {"operation": op.id, "lacking": "does not say how another body under the same key is answered"},
	}
}
