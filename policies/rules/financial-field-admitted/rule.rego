package matchmark.rules.financial_field_admitted

deny contains finding if {
	some s in input.schemas
	some amount in s.financial
	finding := {
		"subject": s.id,
		"pointer": amount.pointer,
		"kind": amount.element,
		"args": {"element": amount.element},
	}
}
