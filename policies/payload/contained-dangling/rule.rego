package matchmark.payload.contained_dangling

deny contains finding if {
	some c in input.contained
	not c.resolves
	finding := {"subject": input.schema, "pointer": c.pointer, "kind": "dangling", "args": {"element": c.element, "wrong": "nothing that the resource contains"}}
}

deny contains finding if {
	some c in input.contained
	c.resolves
	wanted := input.params.targets[c.element]
	c.target != wanted
	finding := {"subject": input.schema, "pointer": c.pointer, "kind": "wrong-type", "args": {"element": c.element, "wrong": "another type of resource than it must"}}
}
