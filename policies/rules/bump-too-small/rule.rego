package matchmark.rules.bump_too_small

# What breaks somebody has findings of its own, each at its place; a step that only adds has none.
deny contains finding if {
	some step in input.changes
	step.enough == false
	step.required_bump == "minor"
	finding := {
		"subject": step.schema,
		"pointer": step.pointer,
		"kind": step.from,
		"args": {"from": step.from, "to": step.to, "declared": step.declared_bump, "required": step.required_bump},
	}
}

# A step that was not proved counts as breaking, whether or not a break could be named.
deny contains finding if {
	some step in input.changes
	step.enough == false
	step.required_bump == "major"
	count(step.kinds) == 0
	finding := {
		"subject": step.schema,
		"pointer": step.pointer,
		"kind": step.from,
		"args": {"from": step.from, "to": step.to, "declared": step.declared_bump, "required": step.required_bump},
	}
}
