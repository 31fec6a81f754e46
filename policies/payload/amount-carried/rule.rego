package matchmark.payload.amount_carried

deny contains finding if {
	some a in input.amounts
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": a.element, "args": {"element": a.element}}
}
