package matchmark.rules.accountability_incomplete

deny contains finding if {
	some area in input.areas
	some wanted in input.params.areas
	not wanted in {known.area | some known in input.areas}
	finding := {
		"subject": area.file,
		"pointer": "",
		"kind": wanted,
		"args": {"what": wanted, "lacking": "is an area that nobody answers for"},
	}
}

deny contains finding if {
	some area in input.areas
	count(area.accountable) != 1
	finding := {
		"subject": area.file,
		"pointer": area.pointer,
		"kind": "accountable",
		"args": {"what": area.area, "lacking": "must have exactly one team that is accountable"},
	}
}

deny contains finding if {
	some area in input.areas
	count(area.reviewers) == 0
	finding := {
		"subject": area.file,
		"pointer": area.pointer,
		"kind": "reviewers",
		"args": {"what": area.area, "lacking": "has no reviewers"},
	}
}

deny contains finding if {
	some area in input.areas
	area.escalation == "unknown"
	finding := {
		"subject": area.file,
		"pointer": area.pointer,
		"kind": "escalation",
		"args": {"what": area.area, "lacking": "does not say whom to wake"},
	}
}

deny contains finding if {
	some area in input.areas
	area.on_call == false
	finding := {
		"subject": area.file,
		"pointer": area.pointer,
		"kind": "on-call",
		"args": {"what": area.area, "lacking": "belongs to a team that is not on call"},
	}
}

deny contains finding if {
	some process in input.processes
	process.owner == "unknown"
	finding := {
		"subject": process.file,
		"pointer": process.pointer,
		"kind": "owner",
		"args": {"what": process.id, "lacking": "has no owner"},
	}
}

deny contains finding if {
	some process in input.processes
	count(process.reviewers) == 0
	finding := {
		"subject": process.file,
		"pointer": process.pointer,
		"kind": "reviewers",
		"args": {"what": process.id, "lacking": "has no reviewers"},
	}
}

deny contains finding if {
	some process in input.processes
	process.escalation == "unknown"
	finding := {
		"subject": process.file,
		"pointer": process.pointer,
		"kind": "escalation",
		"args": {"what": process.id, "lacking": "does not say whom to wake"},
	}
}

deny contains finding if {
	some outside in input.externals
	some item in outside.missing
	finding := {
		"subject": outside.file,
		"pointer": outside.pointer,
		"kind": item,
		"args": {"what": outside.id, "lacking": "depends on somebody outside, and this is not agreed"},
	}
}
