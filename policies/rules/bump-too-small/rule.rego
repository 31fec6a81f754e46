package matchmark.rules.bump_too_small

# What breaks somebody, or may, has findings of its own, each at its place; a step that only adds has none.
deny contains finding if {
	some step in input.changes
	step.enough == false
	step.required_bump == "minor"
	finding := {
		"subject": step.schema,
		"pointer": step.pointer,
		"kind": "minor",
		"args": {"required": step.required_bump},
	}
}
