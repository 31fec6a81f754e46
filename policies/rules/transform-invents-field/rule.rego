package matchmark.rules.transform_invents_field

deny contains finding if {
	some transform in input.transforms
	some step in transform.maps
	step.invents
	finding := {
		"subject": transform.file,
		"pointer": step.pointer,
		"kind": "invented",
		"args": {"tag": step.to_tag, "target": transform.to},
	}
}
