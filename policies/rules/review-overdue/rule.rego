package matchmark.rules.review_overdue

deny contains finding if {
	some review in input.reviews
	review.known == false
	finding := {
		"subject": review.file,
		"pointer": review.pointer,
		"kind": "never",
		"args": {"lacking": "no review of the board is on record", "number": 0},
	}
}

deny contains finding if {
	some review in input.reviews
	review.known
	review.days_since >= input.params.warn
	review.days_since < input.params.fail
	finding := {
		"subject": review.file,
		"pointer": review.pointer,
		"kind": "due",
		"args": {"lacking": "days have passed since the last review of the board: another one is due", "number": review.days_since},
	}
}

deny contains finding if {
	some review in input.reviews
	review.known
	review.days_since >= input.params.fail
	finding := {
		"subject": review.file,
		"pointer": review.pointer,
		"kind": "overdue",
		"args": {"lacking": "days have passed since the last review of the board: it is overdue", "number": review.days_since},
	}
}

deny contains finding if {
	some response in input.responses
	response.alert_known == false
	finding := {
		"subject": response.file,
		"pointer": response.pointer,
		"kind": "alert",
		"args": {"lacking": "an automated response answers no alert that exists", "number": response.id},
	}
}

deny contains finding if {
	some response in input.responses
	response.runbook_known == false
	finding := {
		"subject": response.file,
		"pointer": response.pointer,
		"kind": "runbook",
		"args": {"lacking": "an automated response has no runbook that exists", "number": response.id},
	}
}

deny contains finding if {
	some review in input.reviews
	count(input.responses) < input.params.responses
	finding := {
		"subject": review.file,
		"pointer": "",
		"kind": "few",
		"args": {"lacking": "too few failure responses run without a person", "number": count(input.responses)},
	}
}
