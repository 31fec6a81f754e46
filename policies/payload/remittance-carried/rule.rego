package matchmark.payload.remittance_carried

deny contains finding if {
	some a in input.amounts
	a.category in input.params.categories
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": "category", "args": {"element": a.element}}
}

deny contains finding if {
	some a in input.amounts
	a.element in input.params.elements
	finding := {"subject": input.schema, "pointer": a.pointer, "kind": "element", "args": {"element": a.element}}
}
