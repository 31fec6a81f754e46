package matchmark.rules.deprecation_incomplete

deny contains finding if {
	some one in input.deprecations
	one.notice_known == false
	finding := {
		"subject": one.entry,
		"pointer": one.pointer,
		"kind": "notice",
		"args": {"schema": one.schema, "lacking": "does not say since when"},
	}
}

deny contains finding if {
	some one in input.deprecations
	one.sunset_known == false
	finding := {
		"subject": one.entry,
		"pointer": one.pointer,
		"kind": "sunset",
		"args": {"schema": one.schema, "lacking": "does not say until when"},
	}
}

deny contains finding if {
	some one in input.deprecations
	one.replacement == "unknown"
	finding := {
		"subject": one.entry,
		"pointer": one.pointer,
		"kind": "replacement",
		"args": {"schema": one.schema, "lacking": "does not say what takes its place"},
	}
}

deny contains finding if {
	some one in input.deprecations
	one.migration_note == false
	finding := {
		"subject": one.entry,
		"pointer": one.pointer,
		"kind": "migration",
		"args": {"schema": one.schema, "lacking": "has no note for those who migrate"},
	}
}
