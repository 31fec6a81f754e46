package matchmark.payload.reference_elsewhere

# Nothing but a relative reference can be followed inside a request.
deny contains finding if {
	some r in input.references
	r.element in input.params.elements
	not r.local
	finding := {"subject": input.schema, "pointer": r.pointer, "kind": "not-local", "args": {"element": r.element, "part": r.part}}
}

# A reference to another member of the same call is told by payload/member-crossed.
deny contains finding if {
	some r in input.references
	r.element in input.params.elements
	r.local
	r.same_as in {"nothing", "other-part"}
	finding := {"subject": input.schema, "pointer": r.pointer, "kind": "other-target", "args": {"element": r.element, "part": r.part}}
}
