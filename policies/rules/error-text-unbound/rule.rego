package matchmark.rules.error_text_unbound

deny contains finding if {
	some op in input.operations
	some refusal in op.error_schemas
	some text in refusal.free_text
	finding := {"subject": refusal.schema, "pointer": text, "kind": "free-text", "args": {"text": text}}
}
