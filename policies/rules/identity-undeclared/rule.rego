package matchmark.rules.identity_undeclared

deny contains finding if {
	some s in input.schemas
	s.identity.matching
	some attribute in input.params.must
	not attribute in s.identity.tags
	finding := {
		"subject": s.entry,
		"pointer": s.identity.pointer,
		"kind": attribute,
		"args": {"lacking": "leaves out", "attribute": attribute},
	}
}

deny contains finding if {
	some s in input.schemas
	s.identity.matching
	some tag in s.identity.tags
	not tag in input.params.must
	not tag in input.params.may
	finding := {
		"subject": s.entry,
		"pointer": s.identity.pointer,
		"kind": tag,
		"args": {"lacking": "uses what the matching policy does not know,", "attribute": tag},
	}
}
