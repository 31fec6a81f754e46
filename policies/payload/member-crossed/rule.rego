package matchmark.payload.member_crossed

deny contains finding if {
	some r in input.references
	r.element in input.params.elements
	r.same_as == "other-patient"
	finding := {"subject": input.schema, "pointer": r.pointer, "kind": r.element, "args": {"element": r.element, "part": r.part}}
}
