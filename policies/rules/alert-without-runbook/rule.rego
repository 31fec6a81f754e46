package matchmark.rules.alert_without_runbook

deny contains finding if {
	some alert in input.alerts
	alert.runbook_known == false
	finding := {
		"subject": alert.file,
		"pointer": "",
		"kind": "runbook",
		"args": {"what": alert.id, "lacking": "names no runbook that exists and names it"},
	}
}

deny contains finding if {
	some alert in input.alerts
	alert.owner_known == false
	finding := {
		"subject": alert.file,
		"pointer": "",
		"kind": "owner",
		"args": {"what": alert.id, "lacking": "names no team of the board that owns it"},
	}
}

deny contains finding if {
	some alert in input.alerts
	alert.owner_known
	alert.on_call == false
	finding := {
		"subject": alert.file,
		"pointer": "",
		"kind": "on-call",
		"args": {"what": alert.id, "lacking": "calls a team that is not on call"},
	}
}

deny contains finding if {
	some book in input.runbooks
	some step in book.steps
	step.vague
	finding := {
		"subject": book.file,
		"pointer": step.pointer,
		"kind": "vague",
		"args": {"what": book.id, "lacking": "has a step that only says to look, restart or ask", "step": step.number},
	}
}

deny contains finding if {
	some book in input.runbooks
	some step in book.steps
	step.vague == false
	step.command == false
	finding := {
		"subject": book.file,
		"pointer": step.pointer,
		"kind": "command",
		"args": {"what": book.id, "lacking": "has a step without a command", "step": step.number},
	}
}

deny contains finding if {
	some book in input.runbooks
	some step in book.steps
	step.vague == false
	step.success == false
	finding := {
		"subject": book.file,
		"pointer": step.pointer,
		"kind": "success",
		"args": {"what": book.id, "lacking": "has a step without a sign of success", "step": step.number},
	}
}
